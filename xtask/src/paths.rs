//! No paths of one person's machine in any committed text.

use crate::sources::Text;
use crate::tidy::Violation;

/// Folders of a machine; in two pieces, so that this file doesn't hold them.
const MACHINE_FOLDERS: [&str; 6] = [
    concat!("/", "root/"),
    concat!("/", "home/"),
    concat!("/", "Users/"),
    concat!("/", "work/"),
    concat!("/", "tmp/"),
    concat!("../", "shared"),
];

/// Files that may name a folder of a machine, with the reason.
const EXCEPTIONS: [(&str, &str); 1] = [
    // CI is told where its machine keeps the benchmark data; everything else asks JOURNEYMAN_DATA.
    (".ci/run", MACHINE_FOLDERS[5]),
];

/// Checks every line of a text.
pub(crate) fn check(text: &Text) -> Vec<Violation> {
    let mut violations = Vec::new();
    for (number, line) in text.content.lines().enumerate() {
        for folder in MACHINE_FOLDERS.iter().filter(|folder| starts_a_path(line, folder)) {
            if !EXCEPTIONS.contains(&(text.path.as_str(), *folder)) {
                violations.push(format!(
                    "{}:{}: names `{folder}`, a folder of one machine: take it from the environment",
                    text.path,
                    number + 1
                ));
            }
        }
    }
    violations
}

/// True when the folder begins a path in the line, that is when no path goes on before it.
fn starts_a_path(line: &str, folder: &str) -> bool {
    let goes_on = |c: char| c.is_alphanumeric() || matches!(c, '_' | '-' | '.' | '/' | '}' | '*');
    line.match_indices(folder).any(|(start, _)| !line[..start].chars().next_back().is_some_and(goes_on))
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::sources::example::text;

    #[test]
    fn machine_folder_is_found_with_its_line() {
        for folder in MACHINE_FOLDERS {
            let found = check(&text("docs/api.md", &format!("fine\nsee `{folder}x`\n")));
            assert_eq!(found.len(), 1, "{folder}");
            assert!(found[0].starts_with("docs/api.md:2"), "{}", found[0]);
        }
    }

    #[test]
    fn folder_inside_a_longer_path_is_fine() {
        let line = format!("crates{}x and $HOME{}y", MACHINE_FOLDERS[3], MACHINE_FOLDERS[4]);
        assert_eq!(check(&text("docs/api.md", &line)), Vec::<String>::new());
    }

    #[test]
    fn only_ci_may_name_the_data_beside_the_checkout() {
        let line = format!("[ -d {}/data ]", MACHINE_FOLDERS[5]);
        assert_eq!(check(&text(".ci/run", &line)), Vec::<String>::new());
        assert_eq!(check(&text("Makefile", &line)).len(), 1);
    }
}
