//! Tests of the welcome page: what it shows, and what keys and clicks ask for.

use egui::{Key, Modifiers, Vec2};
use egui_kittest::Harness;
use egui_kittest::kittest::Queryable as _;

use super::*;
use crate::ui::testing::{World, panel};

type Page = Harness<'static, World<Welcome>>;

fn card(name: &str, about: &str, when: &str) -> Card {
    Card {
        folder: PathBuf::from(format!("/projects/{name}")),
        name: name.to_owned(),
        about: about.to_owned(),
        when: when.to_owned(),
        pictures: None,
    }
}

fn page(recent: &[&str], size: Vec2) -> Page {
    let mut world = World::default();
    let recent = recent.iter().map(|name| card(name, "", "2 hours ago"));
    let templates = ["Coins", "Wine"].map(|name| card(name, "Counts things.", ""));
    world.state = Welcome::default();
    world.state.take_keyboard();
    world.state.set_cards(recent.collect(), templates.into());
    let mut page = panel(world, size, welcome_ui);
    page.run_steps(4);
    page
}

/// What was asked for since the last time.
fn asked(page: &mut Page) -> Vec<String> {
    let actions = std::mem::take(&mut page.state_mut().actions);
    let text = |action| match action {
        Action::Welcome(WelcomeAction::Open(folder)) => format!("open {}", folder.display()),
        Action::Welcome(WelcomeAction::Use(folder)) => format!("use {}", folder.display()),
        Action::Welcome(WelcomeAction::Forget(folder)) => format!("forget {}", folder.display()),
        other => format!("{other:?}"),
    };
    actions.into_iter().map(text).collect()
}

fn press(page: &mut Page, keys: &[Key]) {
    for key in keys {
        page.key_press_modifiers(Modifiers::NONE, *key);
        page.run_steps(3);
    }
}

const WIDE: Vec2 = vec2(1400.0, 858.0);
const NARROW: Vec2 = vec2(1000.0, 600.0);

#[test]
fn cards_are_walked_by_arrows_and_chosen_by_enter() {
    for size in [WIDE, NARROW] {
        let mut page = page(&["A", "B", "C"], size);
        // The first project has the keyboard.
        press(&mut page, &[Key::Enter]);
        assert_eq!(asked(&mut page), ["open /projects/A"], "{size}");
        press(&mut page, &[Key::ArrowRight, Key::Enter]);
        assert_eq!(asked(&mut page), ["open /projects/B"], "{size}");
        press(&mut page, &[Key::Tab, Key::Delete]);
        assert_eq!(asked(&mut page), ["forget /projects/C"], "{size}");
        press(&mut page, &[Key::ArrowLeft, Key::ArrowDown, Key::Enter]);
        assert_eq!(asked(&mut page), ["use /projects/Wine"], "{size}");
    }
}

#[test]
fn without_projects_the_keyboard_is_on_the_button_that_makes_one() {
    let mut page = page(&[], WIDE);
    page.get_by_label_contains("Nothing was open yet");
    press(&mut page, &[Key::Enter]);
    let new = format!("{:?}", Action::Command(Command::NewProject));
    assert_eq!(asked(&mut page), [new]);
}

#[test]
fn cards_say_what_they_are() {
    let mut page = page(&["A"], WIDE);
    page.get_by_label("A: 2 hours ago").click();
    page.run_steps(2);
    page.get_by_label("Use template Wine: Counts things.")
        .click();
    page.run_steps(2);
    assert_eq!(asked(&mut page), ["open /projects/A", "use /projects/Wine"]);
}

#[test]
fn a_right_click_offers_to_remove() {
    let mut page = page(&["A", "B"], WIDE);
    page.get_by_label_contains("B: ").click_secondary();
    page.run_steps(3);
    page.get_by_label("Remove from list").click();
    page.run_steps(3);
    assert_eq!(asked(&mut page), ["forget /projects/B"]);
}

#[test]
fn many_projects_are_cut_until_all_are_asked_for() {
    let names: Vec<_> = (0..20).map(|i| format!("P{i}")).collect();
    let names: Vec<_> = names.iter().map(String::as_str).collect();
    let mut page = page(&names, WIDE);
    let count = |page: &Page| page.query_all_by_label_contains(": 2 hours ago").count();
    assert!((4..20).contains(&count(&page)), "{}", count(&page));
    page.get_by_label("Show all 20").click();
    page.run_steps(3);
    assert_eq!(count(&page), 20);
    page.get_by_label("Show fewer");
}

#[test]
fn what_is_new_is_on_the_page() {
    for size in [WIDE, NARROW] {
        let page = page(&["A"], size);
        page.get_by_label("What is new");
        let section = NEWS.first().expect("the changelog has a section");
        page.get_by_label(section.title.as_str());
    }
}

#[test]
fn a_template_that_was_opened_in_place_is_two_cards() {
    let mut page = page(&["Coins"], WIDE);
    let pictures = ["dark", "light"].map(PathBuf::from);
    let folder = PathBuf::from("/projects/Coins");
    page.state_mut().state.set_pictures(&folder, pictures);
    let welcome = &page.state().state;
    let cards = [&welcome.recent()[0], &welcome.templates()[0]];
    assert!(cards.iter().all(|card| card.pictures.is_some()));
    // One of them has the keyboard, and Enter is for that one alone.
    let focused = page.query_all_by_label_contains("Coins");
    assert_eq!(focused.filter(egui_kittest::Node::is_focused).count(), 1);
    press(&mut page, &[Key::Enter]);
    let mut chosen = asked(&mut page);
    chosen.retain(|asked| !asked.contains("LoadPicture"));
    assert_eq!(chosen, ["open /projects/Coins"]);
}
