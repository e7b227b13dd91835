//! `loom check` of projects whose links lead to ports that are gone.

use crate::FUNCTIONS;
use crate::stage::{Stage, graph};

#[test]
fn check_names_every_broken_link_with_its_port_and_what_heals_it() {
    let stage = Stage::new();
    let nodes = graph(&[
        "n number",
        "b both a<n",
        "lost add a=1 z<n",
        "low add a<b",
        "one lines z<n",
    ]);
    stage.project("P", FUNCTIONS, &nodes);
    let call = stage.loom(&["check", "P"]).exits(1);
    let problems: Vec<&str> = call.stdout.lines().collect();
    let expected = [
        "problem: \"Add\" (lost): The source has no input \"z\" any more: the link from \"Number\" is kept and carries \
         nothing until the input is back; write \"z\" in the source again, link to \"b\" instead, or remove the link",
        "problem: \"Both\" (b): The source has no output \"result\" any more: the link to \"Add\" is kept and carries \
         nothing until the output is back; write \"result\" in the source again, draw it to another port, or remove \
         the link",
        "problem: \"Lines\" (one): The source has no input \"z\" any more: the link from \"Number\" is kept and carries \
         nothing until the input is back; write \"z\" in the source again, link to \"a\" instead, or remove the link",
    ];
    for line in expected {
        assert!(problems.contains(&line), "{line}\n{}", call.stdout);
    }
}
