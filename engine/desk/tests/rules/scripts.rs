//! The library of scripts: what one must be like, and who runs it.

use desk::jump::ItemPlace;
use desk::permission::Permission;
use desk::record::{Command, Interpreter, Os, Parameter, Record, RecordId, Script, ScriptBody, TeamRole};
use desk::{Participant, Rule, ScriptId, TeamId};

use crate::house::{House, refused, set};

fn body(os: Os, interpreter: Interpreter, text: &str) -> ScriptBody {
    ScriptBody { os, interpreter, text: text.to_owned() }
}

fn script(name: &str) -> Script {
    let bodies = vec![body(Os::Linux, Interpreter::Sh, "uptime")];
    Script { name: name.to_owned(), bodies, ..Script::default() }
}

fn parameter(name: &str) -> Parameter {
    Parameter { name: name.to_owned(), ..Parameter::default() }
}

fn with_bodies(bodies: &[ScriptBody]) -> Script {
    Script { bodies: bodies.to_vec(), ..script("X") }
}

fn with_parameters(parameters: &[Parameter]) -> Script {
    Script { parameters: parameters.to_vec(), ..script("X") }
}

#[track_caller]
fn wrong(house: &mut House, field: &str, script: Script) {
    let result = house.administer(Command::Create { record: Record::Script(script.clone()) });
    assert_eq!(refused(result), (Rule::BadField, Some(field)), "{script:?}");
}

#[test]
fn a_refusal_of_a_script_names_the_field_at_fault() {
    let mut house = House::new();
    wrong(&mut house, "name", script(""));
    wrong(&mut house, "comments", Script { comments: "x".repeat(10_000), ..script("X") });
    wrong(&mut house, "teams", Script { teams: set(&[TeamId::new(999)]), ..script("X") });
    let many = (1000..2001).map(TeamId::new).collect();
    wrong(&mut house, "teams", Script { teams: many, ..script("X") });
    wrong(&mut house, "timeout_s", Script { timeout_s: 0, ..script("X") });
    wrong(&mut house, "timeout_s", Script { timeout_s: 86_401, ..script("X") });
    house.make(Record::Script(script("Uptime")));
    let again = house.administer(Command::Create { record: Record::Script(script("uptime")) });
    assert_eq!(refused(again), (Rule::Taken, Some("name")));
}

#[test]
fn parameters_have_names_that_can_be_variables() {
    let mut house = House::new();
    for name in ["", "a b", "é", "a-b", &"x".repeat(33)] {
        wrong(&mut house, "parameters", with_parameters(&[parameter(name)]));
    }
    wrong(&mut house, "parameters", with_parameters(&[parameter("port"), parameter("PORT")]));
    let many: Vec<_> = (0..33).map(|number| parameter(&format!("p{number}"))).collect();
    wrong(&mut house, "parameters", with_parameters(&many));
    let label = Parameter { label: "x".repeat(1000), ..parameter("port") };
    wrong(&mut house, "parameters.label", with_parameters(&[label]));
    let default = Parameter { default: "x".repeat(10_000), ..parameter("port") };
    wrong(&mut house, "parameters.default", with_parameters(&[default]));
    let right = [parameter(&"x".repeat(32)), parameter("Port_2")];
    house.make(Record::Script(with_parameters(&right)));
}

#[test]
fn a_script_has_one_text_for_each_system_that_it_is_for() {
    let mut house = House::new();
    wrong(&mut house, "bodies", with_bodies(&[]));
    let sh = body(Os::Linux, Interpreter::Sh, "uptime");
    wrong(&mut house, "bodies", with_bodies(&[sh.clone(), body(Os::Linux, Interpreter::Bash, "uptime")]));
    for text in ["", " \n", "a\0b", &"x".repeat((32 << 10) + 1)] {
        wrong(&mut house, "bodies", with_bodies(&[body(Os::Linux, Interpreter::Sh, text)]));
    }
    let most = body(Os::Macos, Interpreter::Sh, &"x".repeat(32 << 10));
    house.make(Record::Script(with_bodies(&[sh, most, body(Os::Windows, Interpreter::Cmd, "ver")])));
}

#[test]
fn each_system_has_the_interpreters_that_it_has() {
    use Interpreter::{Bash, Cmd, Perl, Powershell, Python3, Sh};
    let lacks = [(Os::Linux, Cmd), (Os::Macos, Cmd), (Os::Windows, Sh), (Os::Windows, Bash)];
    let mut house = House::new();
    for os in [Os::Linux, Os::Windows, Os::Macos] {
        for interpreter in [Sh, Bash, Python3, Perl, Powershell, Cmd] {
            let script = Script {
                name: format!("{} {}", os.name(), interpreter.name()),
                ..with_bodies(&[body(os, interpreter, "x")])
            };
            let result = house.administer(Command::Create { record: Record::Script(script) });
            assert_eq!(result.is_err(), lacks.contains(&(os, interpreter)), "{os:?} {interpreter:?}");
        }
    }
    let names = [Sh, Bash, Python3, Perl, Powershell, Cmd].map(Interpreter::name);
    assert_eq!(names, ["sh", "bash", "python3", "perl", "powershell", "cmd"]);
    assert_eq!([Os::Linux, Os::Windows, Os::Macos].map(Os::name), ["linux", "windows", "macos"]);
}

#[test]
fn a_script_is_run_by_members_of_its_teams_who_may_run_scripts() {
    let mut house = House::new();
    let may = [Permission::Jump, Permission::View, Permission::Scripts];
    let (ana, ben) = (house.account("ana", &may), house.account("ben", &may[..2]));
    let team = house.team("Printers", &[(ana, TeamRole::Member)]);
    let other = house.team("Networks", &[]);
    let mut made = |name: &str, teams: &[TeamId]| {
        let id = house.make(Record::Script(Script { teams: set(teams), ..script(name) }));
        ScriptId::new(id.number())
    };
    let (of_all, own, of_both) = (made("All", &[]), made("Own", &[team]), made("Both", &[other, team]));
    let of_others = made("Others", &[other]);
    let item = house.item("till", ItemPlace::Personal(ana));
    let session = house.jump(ana, item).expect("a session");
    let listed = |house: &House, who| -> Vec<ScriptId> {
        house.desk.scripts_for(session, who).into_iter().map(|(id, _)| id).collect()
    };
    assert_eq!(listed(&house, Participant::Account(ana)), [of_all, own, of_both]);
    assert_eq!(listed(&house, Participant::Account(ben)), [], "he is not in the session");
    assert_eq!(house.desk.scripts().len(), 4);

    let item = house.item("desk", ItemPlace::Personal(ben));
    let his = house.jump(ben, item).expect("a session");
    assert!(house.desk.scripts_for(his, Participant::Account(ben)).is_empty(), "nobody permits him");
    house.remove(RecordId::Script(of_others)).expect("nothing holds a script");
    let held = house.remove(RecordId::Team(team)).expect_err("it would be everybody's");
    assert!(held.detail.contains("2 scripts"), "{}", held.detail);
}
