//! secrets_ui: where a secret is entered, chosen by its name, replaced and forgotten. What is typed lives in the dialog
//! alone, and is drawn as dots unless somebody holds a button to see it.

use std::fmt;

use egui::{Button, ComboBox, Key, RichText, TextEdit, Ui, vec2};

use super::dialogs::{buttons, enter, field, heading, opens, problem_ui};
use super::theme;
use crate::redact::Secret;

/// Width of the button that shows what was typed.
const SHOW_WIDTH: f32 = 56.0;

/// What the dialog shows.
#[derive(Clone, Debug, Default, PartialEq)]
pub struct SecretPage {
    /// What it is for: an input that is to have one, or a run that waits for this name.
    pub purpose: Purpose,
    pub name: String,
    pub typed: Typed,
    /// Names of secrets that were entered before.
    pub known: Vec<String>,
    /// Is there a keychain? `None`: that is not known yet.
    pub has_keychain: Option<bool>,
    pub problem: String,
}

#[derive(Clone, Debug, Default, PartialEq, Eq)]
pub enum Purpose {
    /// The name of an input.
    #[default]
    Choose,
    /// The run goes on when it is entered.
    Run,
}

/// What is being typed: not for anybody's log.
#[derive(Clone, Default, PartialEq, Eq)]
pub struct Typed(String);

impl fmt::Debug for Typed {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str("Typed")
    }
}

/// What the user wants.
#[derive(Clone, Debug, PartialEq)]
pub enum SecretAnswer {
    /// Use this name; what was typed is its secret from now on, if something was.
    Use(String, Option<Secret>),
    /// The secret of this name is to be kept nowhere any more.
    Forget(String),
    Cancel,
}

impl SecretPage {
    fn is_known(&self) -> bool {
        self.known.iter().any(|known| known == self.name.trim())
    }

    fn text(&self) -> String {
        let kept = match self.has_keychain {
            Some(false) => {
                "This computer has no keychain: it is kept in memory until Loom is closed, and asked for again after that."
            }
            _ => {
                "It is kept in the keychain of this computer, never in the project, which holds its name alone."
            }
        };
        match self.purpose {
            Purpose::Choose => kept.to_owned(),
            Purpose::Run => format!("The run waits for it. {kept}"),
        }
    }
}

/// Show the page; what the user wants, if that is known.
pub fn secrets_ui(ui: &mut Ui, page: &mut SecretPage) -> Option<SecretAnswer> {
    let title = match page.purpose {
        Purpose::Choose => "Secret".to_owned(),
        Purpose::Run => format!("Enter the secret \"{}\"", page.name),
    };
    heading(ui, &title, &page.text());
    if page.purpose == Purpose::Choose {
        field(ui, "Name", &mut page.name, "openai");
        known_ui(ui, page);
        ui.add_space(theme::GAP / 2.0);
    }
    let is_known = page.purpose == Purpose::Choose && page.is_known();
    typed_ui(ui, page, is_known);
    problem_ui(ui, &page.problem);
    let can_use = !page.typed.0.is_empty() || page.purpose == Purpose::Choose;
    let main = match page.purpose {
        Purpose::Run => "Run",
        Purpose::Choose if is_known && !page.typed.0.is_empty() => "Replace",
        Purpose::Choose => "Use",
    };
    let choices: &[(&str, bool)] = if is_known {
        &[(main, true), ("Cancel", false), ("Forget", false)]
    } else {
        &[(main, can_use), ("Cancel", false)]
    };
    let is_asked = match buttons(ui, choices) {
        Some(0) => true,
        Some(1) => return Some(SecretAnswer::Cancel),
        Some(_) => return Some(SecretAnswer::Forget(page.name.trim().to_owned())),
        None => enter(ui),
    };
    if !is_asked || !can_use {
        return None;
    }
    let name = page.name.trim().to_owned();
    let typed = std::mem::take(&mut page.typed.0);
    let secret = (!typed.is_empty()).then(|| Secret::new(typed));
    Some(SecretAnswer::Use(name, secret))
}

fn known_ui(ui: &mut Ui, page: &mut SecretPage) {
    if page.known.is_empty() {
        return;
    }
    let mut chosen = None;
    ComboBox::from_id_salt("known secrets")
        .selected_text("Entered before")
        .width(ui.available_width())
        .show_ui(ui, |ui| {
            for name in &page.known {
                if ui.selectable_label(*name == page.name, name).clicked() {
                    ui.close();
                    chosen = Some(name.clone());
                }
            }
        })
        .response
        .accessible_name("Secrets that were entered before");
    if let Some(name) = chosen {
        page.name = name;
    }
}

fn typed_ui(ui: &mut Ui, page: &mut SecretPage, is_known: bool) {
    let hint = if is_known {
        "kept already; type to replace it"
    } else {
        "paste or type it"
    };
    let label = ui.label("Secret");
    let is_first = opens(ui, "Secret");
    // The field comes first for the keyboard, and shows what the button beside it says since the frame before.
    let held = ui.unique_id().with("held");
    ui.horizontal(|ui| {
        let size = vec2(SHOW_WIDTH, ui.spacing().interact_size.y);
        let width = ui.available_width() - size.x - ui.spacing().item_spacing.x;
        let is_shown = ui.data(|data| data.get_temp::<bool>(held)) == Some(true);
        let edit = TextEdit::singleline(&mut page.typed.0)
            .password(!is_shown)
            .hint_text(hint)
            .desired_width(width);
        let response = ui.add(edit).labelled_by(label.id);
        // Enter ends the typing, and without a text it is no answer.
        let is_refused = response.lost_focus() && enter(ui) && page.typed.0.is_empty();
        if page.purpose == Purpose::Run && (is_first || is_refused) {
            response.request_focus();
        }
        let show = ui
            .add(Button::new("Show").min_size(size))
            .on_hover_text("Hold it to see what was typed")
            .accessible_name("Show while held");
        let is_held = show.is_pointer_button_down_on()
            || show.has_focus() && ui.input(|input| input.key_down(Key::Space));
        ui.data_mut(|data| data.insert_temp(held, is_held));
    });
    let palette = theme::palette(ui.ctx());
    let count = page.typed.0.chars().count();
    if (1..crate::redact::SHORTEST).contains(&count) {
        let text = "So short a text is not hidden in logs";
        ui.label(RichText::new(text).color(palette.text_weak));
    }
}
