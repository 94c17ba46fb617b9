# Les mots de la console. Chaque clef figure dans tous les fichiers de ce dossier ; un test les compare.

product = Nearhand
language = Langue

## Ce que toutes les pages partagent

dialog-close = Fermer
dialog-cancel = Annuler
copied = Copié
copy-hint = Cliquer pour copier
theme = Couleurs de la page
theme-auto = Comme le système
theme-light = Clair
theme-dark = Sombre
theme-contrast = Contraste élevé

rule-not-found = Cela n’existe plus.
rule-already = C’est déjà fait.
rule-disabled = Le compte est désactivé.
rule-expired = Le délai est dépassé.
rule-full = Le nombre maximal est atteint.
rule-in-use = C’est encore utilisé.
rule-is-owner = Cette session est à vous : terminez-la, gardez-la ou proposez-la d’abord à quelqu’un.
rule-members-only = Vous n’êtes pas dans cette session.
rule-no-console = Ceci n’est possible que lorsque votre console est connectée.
rule-nobody-there = Personne n’est là pour répondre.
rule-not-waiting = La session n’attend plus.
rule-over = C’est terminé.
rule-owner-only = Seul le propriétaire de la session peut le faire.
rule-password = Le mot de passe manque ou est faux.
rule-permission = Vous n’avez pas l’autorisation nécessaire.
rule-queue-out-of-reach = Vous n’avez pas accès à cette file.
rule-schedule = Le calendrier ne le permet pas maintenant.
rule-stale = Quelqu’un l’a modifié entre-temps. Relisez-le.
rule-taken = Ce nom est déjà pris.
rule-used = Cela a déjà été utilisé.
problem-offline = L’ordinateur n’est pas connecté.
problem-mail-off = Ce site n’envoie pas d’e-mail.
problem-throttled = Trop d’essais. Attendez une minute.
problem-not-administrator = Réservé aux administrateurs.

login-title = Connexion
login-user = Nom d’utilisateur
login-password = Mot de passe
login-submit = Se connecter
login-busy = Connexion…
login-ended = Vous êtes déconnecté.
login-expired = Votre connexion a pris fin. Veuillez vous reconnecter.
login-wrong = Le nom d’utilisateur ou le mot de passe est incorrect.
login-throttled = Trop d’essais. Veuillez patienter une minute.
login-taken-over = Une autre console a été ouverte avec votre compte. Celle-ci est déconnectée.
login-code = Code de votre second facteur
login-code-wanted = Saisissez le code que montre votre application.
login-code-wrong = Le code n’est pas bon.

menu-account = Compte de { $name }
menu-logout = Se déconnecter

# Ce que voient les clients : le portail public. Il est chargé seul et n'utilise que ces clés.
portal-title = Assistance
portal-loading = Un instant…
portal-missing = Il n’y a pas de page d’assistance à cette adresse.
portal-retry = Réessayer
portal-nobody = Personne n’est disponible pour le moment. Revenez plus tard.
portal-ways = Comment commencer
portal-by-key = Clé de session
portal-by-issue = Sujet
portal-by-technician = Technicien
portal-key = Clé de session
portal-key-hint = Les dix lettres qui vous ont été données.
portal-key-short = Une clé compte dix lettres.
portal-issue = De quoi s’agit-il ?
portal-technician = Qui doit vous aider ?
portal-choose-one = Faites un choix.
portal-name = Votre nom
portal-name-missing = Indiquez votre nom.
portal-question = Que pouvons-nous faire pour vous ? (facultatif)
portal-start = Commencer
portal-starting = Ouverture…
portal-privacy = Une session commence par une discussion. Personne ne voit votre écran tant que vous ne lancez pas de programme pour cela.
portal-waiting = { $position ->
    [1] C’est bientôt votre tour.
   *[other] Vous êtes numéro { $position } dans la file.
}
portal-kept = Votre session est mise de côté un instant. Quelqu’un va revenir.
portal-served = Avec vous : { $names }
portal-lost = La connexion est perdue. Reconnexion…
portal-end = Terminer
portal-end-question = Terminer la session ?
portal-end-yes = Terminer
portal-end-no = Continuer
portal-chat = Discussion
portal-chat-empty = Vous pouvez déjà écrire ; ce sera lu dès que quelqu’un sera là.
portal-you = Vous
portal-message = Votre message
portal-send = Envoyer
portal-over = La session est terminée
portal-over-customer = Vous l’avez terminée.
portal-over-helper = La personne qui vous aidait l’a terminée.
portal-over-nobody = Personne n’était disponible. Réessayez plus tard.
portal-over-lost = La connexion a été perdue trop longtemps.
portal-over-unknown = Merci de votre visite.
portal-rate = Comment cela s’est-il passé ?
portal-stars = { $count ->
    [one] { $count } étoile sur 5
   *[other] { $count } étoiles sur 5
}
portal-comment = Quelque chose à ajouter ? (facultatif)
portal-rate-send = Envoyer l’évaluation
portal-rated = Merci pour votre évaluation.
portal-again = Commencer une nouvelle session
portal-refused-key = Cette clé n’est pas connue. Vérifiez-la.
portal-refused-used = Cette clé a déjà servi. Demandez-en une autre.
portal-refused-expired = Cette clé n’est plus valable. Demandez-en une autre.
portal-refused-away = Ce technicien n’est plus disponible. Choisissez de nouveau.
portal-refused-full = Trop de personnes attendent en ce moment. Réessayez plus tard.
portal-refused-often = Trop d’essais. Patientez { $seconds } secondes.
portal-refused-rated = Cette session a déjà été évaluée.

endpoints-title = Ordinateurs
endpoints-search = Rechercher
endpoints-search-hint = Nom, système ou adresse
endpoints-count = { $count ->
    [one] { $count } ordinateur
   *[other] { $count } ordinateurs
}, { $online } en ligne
endpoints-none = Aucun ordinateur n’est encore inscrit.
endpoints-none-hint = Inscrivez-en un sur le relais, puis lancez l’agent sur cet ordinateur. Il apparaîtra ici de lui-même.
endpoints-no-match = Aucun ordinateur ne correspond à « { $search } ».
endpoints-stale = La liste n’est pas à jour pour l’instant. Reconnexion…
endpoint-state = État
endpoint-name = Nom
endpoint-os = Système
endpoint-address = Adresse
endpoint-displays = Écrans
endpoint-version = Agent
endpoint-since = Depuis
endpoint-online = En ligne
endpoint-offline = Hors ligne
endpoint-open = Ouvrir
endpoint-open-name = Ouvrir { $name }

session-toolbar = Session
session-close-tab = Fermer
session-not-live = Il n’y a pas d’image en ce moment
session-stopped = Le partage d’écran est arrêté
session-start-sharing = Démarrer le partage d’écran
session-stop-sharing = Arrêter le partage d’écran
session-may-not-view = Vous ne pouvez pas voir l’écran dans cette session
session-may-not-control = Vous pouvez seulement regarder dans cette session
session-display = Écran
session-display-item = { $primary ->
    [yes] P
   *[no] { "" }
} { $name } ({ $width } × { $height })
session-mode = Couleurs
mode-black-and-white = Noir et blanc
mode-few-colors = Peu de couleurs
mode-more-colors = Plus de couleurs
mode-all-colors = Toutes les couleurs
mode-video-optimized = Optimisé pour la vidéo
session-no-films = Ce navigateur ne peut pas afficher la vidéo ; toutes les couleurs sont affichées à la place
session-primary = Écran principal
session-scale = Taille
session-scaled = Ajustée
session-actual = Taille réelle
session-control = Contrôle
session-view-only = Observation
session-control-hint = La souris et le clavier agissent sur l’ordinateur. Ctrl-Alt-Début ramène le clavier à cette barre.
session-view-only-hint = Observer sans souris ni clavier
session-full-screen = Plein écran
session-full-screen-leave = Quitter le plein écran
session-ctrl-alt-del = Ctrl-Alt-Suppr
session-ctrl-alt-del-hint = Envoyer Ctrl-Alt-Suppr
session-screenshot-file = Enregistrer une capture
session-screenshot-copy = Copier une capture
session-screenshot-saved = Capture enregistrée
session-screenshot-copied = Capture copiée
session-screenshot-failed = La capture a échoué : { $detail }
session-quality = Qualité de la liaison
session-picture = Écran de { $name }

quality-age = Âge de l’image
quality-input = De l’entrée au pixel
quality-frames = Images
quality-bytes = Données
quality-carrier = Transport
quality-round-trip = Aller-retour
quality-ms = { NUMBER($value, maximumFractionDigits: 0) } ms
quality-per-second = { NUMBER($value, maximumFractionDigits: 0) } /s
quality-kilobytes = { NUMBER($value, maximumFractionDigits: 0) } ko/s
quality-unknown = –
carrier-webtransport = WebTransport
carrier-websocket = WebSocket

state-connecting = Connexion à { $name }
state-reconnecting = Liaison perdue
state-reconnecting-detail = Essai { $attempt } dans { $seconds ->
    [one] { $seconds } seconde
   *[other] { $seconds } secondes
}.
state-reconnecting-now = Essai { $attempt } en cours.
state-offline = { $name } est hors ligne
state-offline-detail = La session s’ouvrira d’elle-même au retour de l’ordinateur.
state-refused = La session a été refusée
state-ended = La session est terminée
state-failed = La session n’a pas pu s’ouvrir
state-retry = Réessayer
state-retry-now = Essayer maintenant
stage-ticket = Demande d’un ticket au relais
stage-carrier = Ouverture de la liaison
stage-hello = Salutation du relais
stage-join = Entrée dans la session
stage-displays = Demande des écrans
stage-picture = Attente de la première image
stage-done = fait
stage-current = en cours
stage-failed = échec
stage-waiting = à faire

refusal-opener-too-old = Cette page est plus ancienne que ce que parle le relais. Rechargez-la.
refusal-relay-too-old = Le relais est plus ancien que ce que parle cette page. Il faut le mettre à jour.
refusal-not-known = Le relais ne connaît pas ce qui est demandé.
refusal-not-allowed = Vous n’y êtes pas autorisé.
refusal-expired = Le ticket a expiré.
refusal-offline = L’ordinateur est hors ligne.
refusal-full = Il ne reste aucune place.
refusal-malformed = Le relais n’a pas pu lire ce qui a été envoyé.
refusal-going-away = Le relais redémarre.
refusal-unspecified = Le relais n’a pas donné de raison.

error-network = Le relais est injoignable.
error-timeout = Rien n’est arrivé en { $seconds } secondes.
error-unexpected = Une erreur est survenue : { $detail }

session-views = Vues de la session
view-screen = Écran
view-shell = Invite de commandes
shell-tabs = Invites de commandes
shell-new = Nouvelle invite
shell-start = Démarrer l’invite de commandes
shell-none = Une ligne de commande sur l’ordinateur distant. Ce que vous tapez s’y exécute.
shell-not-allowed = Vous ne pouvez pas utiliser d’invite de commandes dans cette session.
shell-starting = Démarrage…
shell-lost = La connexion est perdue. L’invite continue ; ce que vous tapez est envoyé dès que la connexion revient.
shell-ended = Terminé avec le code { $number }.
shell-ended-signal = Terminé par le signal { $number }.
shell-refused = Pas d’invite : { $detail }
shell-elsewhere = Cette invite est affichée dans une autre fenêtre.
shell-close = Fermer { $name }
shell-news = Nouvelle sortie
shell-find = Chercher dans la sortie
shell-find-back = Chercher plus haut
shell-find-on = Chercher plus bas
shell-paste-title = { $count ->
    [one] Coller et exécuter une ligne ?
   *[other] Coller et exécuter { $count } lignes ?
}
shell-paste-run = Coller et exécuter
shell-paste-cancel = Ne pas coller
