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

## Ce qui entoure chaque page

languages = Langues
frame-home = Ma file
frame-queues = Files d’attente
frame-computers = Ordinateurs
frame-sessions = Sessions
frame-sessions-count = { $count ->
    [one] { $count } session
   *[other] { $count } sessions
}
frame-chat-news = Un message attend dans une autre session
frame-chat-unread = { $count ->
    [one] { $count } nouveau message
   *[other] { $count } nouveaux messages
}
frame-palette = Recherche et commandes
frame-side-narrow = Réduire la liste
frame-side-wide = Agrandir la liste
frame-stale = La connexion au relais est perdue. L’affichage peut être ancien ; elle se rétablit d’elle-même.
palette-type = Saisissez ce que vous cherchez
palette-none = Rien ne porte ce nom.
palette-do = Commande
palette-jump = Jump
user-available = Prendre des sessions
user-available-hint = Les autres vous voient et les sessions vous parviennent
user-not-available = Vous ne prenez pas de session en ce moment
user-extended = Joignable par e-mail
user-extended-hint = On peut vous inviter quand vous n’êtes pas connecté
user-alerts = Quand quelque chose arrive
user-sound = Son
user-notifications = Notification du bureau
user-notifications-refused = Ce navigateur n’autorise pas les notifications de ce site.
user-administration = Administration
user-shortcuts = Raccourcis clavier
shortcut-palette = Recherche et commandes
shortcut-session = Vers une session, dans l’ordre des onglets
shortcut-queue = Vers votre propre file
shortcut-keyboard = Reprend le clavier à l’écran distant
shortcut-list = Parcourt une liste et ouvre la ligne choisie
shortcut-chat = Envoie un message, ou passe à la ligne
shortcut-escape = Ferme un menu ou un dialogue
alerts = Ce qui est arrivé
alert-waiting = { $name } attend une assistance
alert-offered = { $name } vous est proposé
alert-invited = Vous êtes invité chez { $name }
alert-review = Consulter

## Files d’attente

queue-personal = Ma file
queue-waiting = { $count ->
    [0] Personne n’attend
    [one] { $count } attend
   *[other] { $count } attendent
}
queue-offers = { $count ->
    [one] { $count } offre ou invitation
   *[other] { $count } offres ou invitations
}
queue-search = Chercher dans cette file
queue-empty = Cette file est vide.
queue-empty-personal = Les sessions de vos clés, les transferts et les invitations apparaissent ici d’eux-mêmes.
queue-empty-team = Les clients qui choisissent un sujet de cette équipe apparaissent ici d’eux-mêmes.
queue-no-match = Rien dans cette file ne correspond à « { $search } ».
line-customer = Client
line-state = État
line-question = Question
line-origin = Venu par
line-since = Depuis
line-act = Action
line-client = Dispose de
line-presence = Connexion
line-language = Langue
line-started = Début
line-owner = Propriétaire
line-owned = À vous
line-offer = Proposé à
line-members = Dans la session
line-details = Détails de la demande
line-waiting = Attend, place { $position }
line-kept = Gardée
line-offered = Proposée par { $by }
line-invited = Invité par { $by }
line-help = { $by } demande de l’aide : { $issue }
line-member = Vous y êtes
line-open = Ouvrir
line-join = Rejoindre
line-accept = Accepter
line-decline = Refuser
line-move = Transférer…
line-moved = { $name } a été transféré
move-title = Transférer { $name } vers une autre file
origin-key = Clé de { $by }
origin-technician = A choisi { $name }
origin-jump = Jump de { $by }
client-chat = Chat seulement
client-agent = Client complet
client-installed = Agent installé
presence-here = Connecté
presence-lost = Connexion perdue
presence-gone = Parti
duration-seconds = { $seconds } s
duration-minutes = { $minutes } min
duration-hours = { $hours } h { $minutes } min
target-kinds = Genres de cibles
target-team = Équipes
target-personal = Techniciens
target-help = Sujets
target-search = Rechercher
target-there = Présent
target-by-mail = Par e-mail
target-choose-first = Choisissez d’abord
target-none-team = Aucune équipe n’est joignable.
target-none-personal = Aucun technicien n’est joignable.
target-none-help = Aucun sujet ne permet de demander de l’aide.
team-views = Vues de l’équipe
team-queue = File
team-chat = Chat d’équipe
team-chat-unread = { $count ->
    [one] { $count } nouveau message de { $name }
   *[other] { $count } nouveaux messages de { $name }
}
team-favorite = { $name } est une favorite
team-members = Membres
team-role-lead = Chef
team-role-manager = Responsable

## Chats

chat-title = Chat
chat-messages = Messages
chat-none = Rien n’a encore été dit.
chat-say = Écrire un message
chat-send = Envoyer
chat-sending = Envoi…
chat-nothing-typed = Rien n’est encore saisi
chat-you = Vous
chat-customer = Client
chat-relay = Relais
chat-over = La session est terminée.
chat-show = Afficher le chat
chat-hide = Masquer le chat
chat-detach = Afficher dans sa propre fenêtre
chat-attach = Ramener le chat à côté de la session
chat-width = Largeur du chat
chat-only-title = Le client peut seulement chatter
chat-only-text = Le partage d’écran et les autres outils demandent le client complet.
chat-only-ask = Demander de lancer le client complet
chat-only-ask-message = Veuillez télécharger et lancer le client complet depuis cette page, pour que je puisse voir votre écran.
chat-only-asked = Le client a été prié de le faire

## Qui est dans une session

members = Personnes dans la session
member-me = { $name } (vous)
member-customer = Client
member-external = Externe
member-owner = Possède la session
member-controls = Contrôle la souris et le clavier
member-offered = Proposée à { $name }
member-invited = { $name }, invité
member-help = Aide : { $issue }
invitation-cancel = Annuler l’invitation
transfer = Transférer
transfer-title = Transférer { $name }
transfer-do = Transférer
transfer-done = La session est proposée ; elle est à vous jusqu’à ce que quelqu’un accepte
transfer-cancel = Retirer la proposition
share = Partager
share-technicians = Équipes et techniciens…
share-help = Demander de l’aide…
share-external = Inviter un technicien externe…
share-title = Inviter chez { $name }
share-help-title = Demander de l’aide pour { $name }
share-do = Inviter
share-done = L’invitation est envoyée
remove = Retirer un membre
remove-title = Retirer { $name } de la session ?
remove-do = Retirer
remove-done = { $name } n’est plus dans la session
remove-nobody = Personne d’autre n’est dans la session
customer-disconnect = Déconnecter le client
customer-disconnect-title = Déconnecter { $name } ?
customer-disconnect-text = Le client quitte la session et ne peut pas revenir. Vous pouvez encore noter ce qui a été fait.
customer-is-gone = Le client est parti
external-title = Inviter un technicien externe
external-name = Nom
external-name-first = Dites d’abord qui est invité
external-comments = Commentaires
external-comments-hint = La personne invitée les lit.
external-policy = Ce qui est permis
external-policy-hint = Un technicien externe n’est jamais propriétaire et n’est que dans cette session.
external-only-view = Voir l’écran, rien d’autre
external-validity = Le lien est valable
external-create = Créer la clé
external-made = Ce lien fait entrer { $name }. Il n’est affiché qu’une fois.
external-link = Lien
external-mail-subject = Invitation à une session d’assistance

## Fermer une session

session-side = Personnes et chat
session-manage = Gérer la session
session-close = Fermer la session
session-close-name = Fermer { $name }
session-gone = Vous n’êtes pas dans cette session.
session-is-over = La session est terminée
session-may-not-open = Vous ne pouvez pas utiliser ceci dans cette session
session-chat-only-reason = Le client peut seulement chatter
leave-title = Fermer la session avec { $name } ?
leave-end = Terminer la session
leave-end-hint = Elle se termine pour tous, et le client disparaît de l’ordinateur.
leave-end-jump-hint = Elle se termine pour tous. L’agent installé reste.
leave-keep = Garder la session
leave-keep-hint = Elle attend dans votre file ; les autres y restent.
leave-leave = Quitter la session
leave-leave-hint = Vous seul partez ; elle continue avec son propriétaire.
leave-offered = Quitter la session
leave-offered-hint = Elle attend celui à qui vous l’avez proposée.

## Le clavier virtuel

keyboard = Clavier virtuel
keyboard-show = Afficher le clavier virtuel
keyboard-hide = Masquer le clavier virtuel
keyboard-press = Appuyer
keyboard-hold-first = Maintenez d’abord une touche

## Jump

jump-title = Jump
jump-places = Groupes et listes
jump-all = Tous les ordinateurs
jump-groups = Groupes
jump-personal = Ma liste
jump-others = Listes des autres
jump-frequent = Utilisés souvent
jump-start = Démarrer
jump-start-name = Démarrer une session avec { $name }
jump-search = Rechercher
jump-search-hint = Nom, commentaire, adresse, tag:…
jump-search-help = Les mots sont cherchés dans les noms, commentaires et adresses. tag:, host:, comment:, public:, private: et les codes d’attributs cherchent à un seul endroit.
jump-name = Nom
jump-state = État
jump-os = Système
jump-tags = Étiquettes
jump-tags-hint = Des mots entre virgules
jump-do = Jump
jump-do-name = Jump vers { $name }
jump-details = Détails
jump-details-name = Détails de { $name }
jump-choose = Choisir { $name }
jump-choose-all = Tout choisir
jump-has-password = Demande un mot de passe
jump-none = Aucun ordinateur n’est listé ici.
jump-none-hint = Créez un paquet d’installation et lancez-le sur un ordinateur. Il apparaît ici de lui-même.
jump-no-match = Aucun ordinateur ne correspond à « { $search } ».
jump-narrow = { $shown } sur { $found } sont affichés. Précisez la recherche.
jump-edit = Modifier…
jump-edit-title = { $name }
jump-remove = Supprimer
jump-remove-title = Supprimer { $name } ?
jump-remove-text = L’ordinateur n’est plus listé, et son agent doit partir.
jump-set-password = Mot de passe…
jump-set-password-title = Mot de passe de { $name }
jump-new-password = Nouveau mot de passe
jump-new-password-hint = Il est demandé à quiconque vient sur cet ordinateur.
jump-password = Mot de passe
jump-password-title = { $name } demande un mot de passe
jump-password-wrong = Le mot de passe est faux.
jump-password-set = Le mot de passe est défini
jump-password-gone = Plus aucun mot de passe n’est demandé
jump-password-remove = N’en demander aucun
jump-schedule-title = { $name } n’est pas joignable maintenant
jump-schedule-text = La politique de cet ordinateur limite les heures d’accès.
jump-schedule-until = Il est disponible à partir du { $at }.
jump-schedule-override = Démarrer quand même
item-host = Nom d’hôte
item-user = Connecté là-bas
item-public-ip = Adresse publique
item-private-ips = Adresses privées
item-agent = Agent
item-since = Depuis
item-enrolled = Inscrit
item-place = Groupe ou liste
item-policy = Politique
item-no-policy = Aucune
item-comments = Commentaires
item-unattended = Sans personne devant
item-attributes = Attributs
item-attribute-code = Code
item-attribute-value = Valeur
item-attribute-add = Ajouter
item-attribute-remove = Retirer cet attribut
bulk = Plusieurs ordinateurs
bulk-chosen = { $count ->
    [one] { $count } ordinateur choisi
   *[other] { $count } ordinateurs choisis
}
bulk-tags = Ajouter des étiquettes…
bulk-move = Déplacer…
bulk-clear = Ne rien choisir
bulk-done = { $count ->
    [one] { $count } ordinateur modifié
   *[other] { $count } ordinateurs modifiés
}
bulk-remove-title = { $count ->
    [one] Supprimer { $count } ordinateur ?
   *[other] Supprimer { $count } ordinateurs ?
}
install-title = Paquet d’installation
install-create = Créer
install-name = Nom de l’ordinateur
install-name-hint = Vide : celui qu’il se donne
install-uses = Ordinateurs
install-made = Lancez cette commande sur l’ordinateur. Elle est valable jusqu’au { $until } et n’est affichée qu’une fois.
install-command = Commande
install-token = Jeton
install-open = Paquets encore valables
install-open-item = { $place } : { $uses ->
    [one] { $uses } ordinateur
   *[other] { $uses } ordinateurs
}, jusqu’au { $until }
install-revoke = Révoquer

## Clés de session

keys-title = Clé de session
keys-generate = Générer une clé
keys-portal = Portail
keys-portal-hint = La page par laquelle vient le client.
keys-no-portal = Il n’y a pas de portail
keys-validity = Validité
keys-validity-hint = La durée pendant laquelle la clé peut démarrer une session ; celle-ci peut durer plus longtemps.
keys-made = Le client saisit cette clé sur le portail, ou suit le lien, jusqu’au { $until }. Elle n’est affichée qu’une fois.
keys-code = Clé
keys-link = Lien
keys-qr = Code QR du lien
keys-another = Une autre
keys-open = Clés encore valables
keys-open-item = { $portal }, jusqu’au { $until }
keys-revoke = Révoquer
keys-mail-subject = Session d’assistance
keys-mail-body = Suivez ce lien pour démarrer la session d’assistance : { $url } – ou saisissez-y cette clé : { $code }
validity-minutes = { $count } minutes
validity-hours = { $count ->
    [one] { $count } heure
   *[other] { $count } heures
}
validity-days = { $count ->
    [one] { $count } jour
   *[other] { $count } jours
}
mail-to = Adresse e-mail
mail-send = Envoyer
mail-sent = Envoyé à { $to }
mail-own = Écrire votre propre e-mail
dialog-done = Terminé
dialog-save = Enregistrer

endpoint-online = En ligne
endpoint-offline = Hors ligne

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
