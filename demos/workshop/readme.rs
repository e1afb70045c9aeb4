//! The page of an exercise: its title, how long it takes, its questions, and whether it has the form that all have.

/// What stands on each page below the goal, in this order.
const SECTIONS: [&str; 6] = ["Predict", "Given", "Run", "Repair", "If you wonder", "In greenlight"];

/// A page, read.
#[derive(Debug)]
pub(crate) struct Readme {
    pub(crate) title: String,
    pub(crate) minutes: usize,
    /// How many lines the learner writes.
    pub(crate) lines: usize,
    /// What all the questions are about, where they have one scene. Often empty.
    pub(crate) scene: String,
    pub(crate) questions: Vec<Question>,
}

/// What is asked before the learner runs anything.
#[derive(Debug, PartialEq)]
pub(crate) struct Question {
    pub(crate) question: String,
    pub(crate) answer: String,
}

impl Readme {
    /// Reads the page of the exercise of that number. Says where it departs from the form.
    pub(crate) fn parse(text: &str, number: usize) -> Result<Readme, String> {
        let mut lines = text.lines();
        let title = lines.next().and_then(|line| line.strip_prefix(&format!("# {number}. ")));
        let title = title.ok_or_else(|| format!("it begins with its title, as in `# {number}. The bell`"))?;
        let form = "below the title it says, as in `8 minutes · you write 1 line.`, how much it is";
        let size = lines.nth(1).and_then(size).ok_or(form)?;
        let headings: Vec<_> = text.lines().filter_map(|line| line.strip_prefix("## ")).collect();
        if headings != SECTIONS {
            return Err(format!("its sections are {}, and have to be {}", headings.join(", "), SECTIONS.join(", ")));
        }
        let empty = SECTIONS.iter().find(|heading| section(text, heading).trim().is_empty());
        if let Some(heading) = empty {
            return Err(format!("its section `{heading}` is empty"));
        }
        let goal = text.split("\n## ").next().unwrap_or_default().lines().skip(3);
        if goal.collect::<String>().trim().is_empty() {
            return Err("it does not say its goal above the first section".to_string());
        }
        let predict = section(text, SECTIONS[0]);
        let (scene, questions) = (scene(predict), questions(predict)?);
        Ok(Readme { title: title.to_string(), minutes: size.0, lines: size.1, scene, questions })
    }
}

/// The minutes, and the lines that are to be written.
fn size(line: &str) -> Option<(usize, usize)> {
    let (minutes, lines) = line.strip_suffix('.')?.split_once(" · you write ")?;
    let minutes = minutes.strip_suffix(" minutes")?.parse().ok()?;
    let (count, word) = lines.split_once(' ')?;
    let count: usize = count.parse().ok()?;
    (word == if count == 1 { "line" } else { "lines" }).then_some((minutes, count))
}

/// What stands below a heading, up to the next.
fn section<'a>(text: &'a str, heading: &str) -> &'a str {
    let below = text.split_once(&format!("\n## {heading}\n")).map_or("", |(_, below)| below);
    below.split("\n## ").next().unwrap_or_default()
}

/// What stands above the first question.
fn scene(section: &str) -> String {
    section.split("\n1. ").next().unwrap_or_default().trim().to_string()
}

/// Numbered questions, each with its answer quoted below it.
fn questions(section: &str) -> Result<Vec<Question>, String> {
    let mut questions: Vec<Question> = Vec::new();
    for line in section.lines() {
        let begins = line.split_once(". ").and_then(|(number, text)| Some((number.parse::<usize>().ok()?, text)));
        match begins {
            Some((number, text)) if number == questions.len() + 1 => {
                questions.push(Question { question: text.to_string(), answer: String::new() });
            }
            Some((number, _)) => return Err(format!("question {number} follows question {}", questions.len())),
            None => {
                let Some(question) = questions.last_mut() else { continue };
                let inner = line.trim_start();
                match inner.strip_prefix('>') {
                    Some(quoted) => add(&mut question.answer, quoted.strip_prefix(' ').unwrap_or(quoted)),
                    None => add(&mut question.question, line.strip_prefix("   ").unwrap_or(line)),
                }
            }
        }
    }
    for (place, question) in questions.iter_mut().enumerate() {
        question.question = question.question.trim().to_string();
        question.answer = question.answer.trim().to_string();
        if question.answer.is_empty() {
            return Err(format!("question {} of its section `Predict` has no answer, quoted below it", place + 1));
        }
    }
    if questions.is_empty() {
        return Err("its section `Predict` asks nothing, as in `1. How often is it polled?`".to_string());
    }
    Ok(questions)
}

fn add(text: &mut String, line: &str) {
    if !text.is_empty() {
        text.push('\n');
    }
    text.push_str(line);
}

/// The page without its answers.
pub(crate) fn without_answers(text: &str) -> String {
    let predict = section(text, SECTIONS[0]);
    let is_answer = |line: &&str| line.trim_start().starts_with('>');
    let asked: String = predict.lines().filter(|line| !is_answer(line)).map(|line| format!("{line}\n")).collect();
    text.replacen(predict, &asked, 1)
}

/// The steps of `hints.md`, from a nudge to nearly the line.
pub(crate) fn hints(text: &str) -> Result<Vec<String>, String> {
    let mut steps = text.split("## ");
    if steps.next().is_none_or(|before| !before.trim().is_empty()) {
        return Err("it begins with `## 1`".to_string());
    }
    let step = |(place, step): (usize, &str)| {
        let number = place + 1;
        let text = step.strip_prefix(&format!("{number}\n")).map(str::trim).filter(|text| !text.is_empty());
        text.map(str::to_string).ok_or_else(|| format!("its step {number} is not `## {number}`, with a text below it"))
    };
    let steps: Vec<_> = steps.enumerate().map(step).collect::<Result<_, _>>()?;
    if steps.len() < 2 { Err("it has one step, and has to have two at least".to_string()) } else { Ok(steps) }
}

#[cfg(test)]
mod tests {
    use super::*;

    const PAGE: &str = "\
# 7. The bell

8 minutes · you write 1 line.

A promise.

## Predict

Four wait.

1. Who is
   woken?

   > Nobody, since nobody
   > is known.

2. And then?

   > Nothing.

## Given

A file.

## Run

It.

## Repair

It.

## If you wonder

Look.

## In greenlight

There.
";

    #[test]
    fn a_page_has_a_title_a_size_and_questions_with_answers() {
        let Readme { title, minutes, lines, scene, questions } = Readme::parse(PAGE, 7).expect("it has the form");
        assert_eq!((title.as_str(), minutes, lines), ("The bell", 8, 1));
        assert_eq!((scene.as_str(), questions.len()), ("Four wait.", 2));
        assert_eq!(questions[0].question, "Who is\nwoken?");
        assert_eq!(questions[0].answer, "Nobody, since nobody\nis known.");
    }

    #[test]
    fn where_a_page_departs_from_the_form_is_told() {
        for (from, to, why) in [
            ("# 7. ", "# 8. ", "it begins with its title"),
            ("1 line.", "1 lines.", "below the title it says"),
            ("8 minutes", "some minutes", "below the title it says"),
            ("## Given", "## Given things", "its sections are Predict, Given things, Run"),
            ("A file.", "", "its section `Given` is empty"),
            ("A promise.", "", "it does not say its goal"),
            ("   > Nothing.", "", "question 2 of its section `Predict` has no answer"),
            ("2. And", "3. And", "question 3 follows question 1"),
        ] {
            let told = Readme::parse(&PAGE.replace(from, to), 7).expect_err(to);
            assert!(told.starts_with(why), "{told}");
        }
    }

    #[test]
    fn a_page_can_be_shown_without_its_answers() {
        let shown = without_answers(PAGE);
        assert!(shown.contains("   woken?") && shown.contains("2. And then?") && !shown.contains("Nobody"), "{shown}");
    }

    #[test]
    fn hints_are_steps_with_numbers() {
        assert_eq!(hints("## 1\n\nLook.\n\n## 2\n\nThere.\n"), Ok(vec!["Look.".to_string(), "There.".to_string()]));
        assert!(hints("Look.\n").is_err_and(|why| why == "it begins with `## 1`"));
        assert!(hints("## 1\n\nLook.\n\n## 3\n\nThere.\n").is_err_and(|why| why.starts_with("its step 2 is not")));
        assert!(hints("## 1\n\nLook.\n").is_err_and(|why| why.starts_with("it has one step")));
    }
}
