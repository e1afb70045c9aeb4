//! What the figures were taken on, in one line.

use std::fs;
use std::process::Command;
use std::thread::available_parallelism;

/// Compiler, target, processor, cores, and how busy the machine is, as far as the system tells.
pub fn line() -> String {
    let compiler = Command::new("rustc").arg("--version").output().ok();
    let compiler = compiler.and_then(|output| String::from_utf8(output.stdout).ok());
    let compiler = compiler.as_deref().and_then(|version| version.split(" (").next()).map(str::to_owned);
    let processor = fs::read_to_string("/proc/cpuinfo").ok().and_then(|text| {
        let model = text.lines().find_map(|line| line.strip_prefix("model name")?.split_once(": "));
        Some(model?.1.trim().to_owned())
    });
    let cores = available_parallelism().ok().map(|cores| format!("{cores} cores"));
    let load = fs::read_to_string("/proc/loadavg").ok();
    let load = load.as_deref().and_then(|load| Some(format!("load {} when it began", load.split(' ').next()?)));
    let target = Some(format!("{} {}", std::env::consts::ARCH, std::env::consts::OS));
    [compiler, target, processor, cores, load].into_iter().flatten().collect::<Vec<_>>().join(", ")
}
