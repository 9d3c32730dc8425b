//! A throw-away PostgreSQL cluster for tests, from the machine's own package.

use std::io::{BufRead, BufReader, Read};
use std::net::TcpListener;
use std::path::{Path, PathBuf};
use std::process::{Child, ChildStdin, Command, Stdio};
use std::sync::atomic::{AtomicUsize, Ordering};

/// PostgreSQL refuses to run as root; there, this user owns the cluster.
const USER: &str = "journeyman-test";
/// Somebody else may take a free port between asking for it and using it.
const PORTS_TRIED: usize = 5;

/// Starts a cluster, says so, and takes it down when its input ends: also when the test is killed.
const KEEPER: &str = r#"
bin=$1 folder=$2 port=$3
"$bin/initdb" --pgdata="$folder/data" --username=postgres --auth=trust --encoding=UTF8 --locale=C >"$folder/log" 2>&1 &&
"$bin/pg_ctl" start --wait --timeout=60 --pgdata="$folder/data" --log="$folder/log" >>"$folder/log" 2>&1 \
    --options="-p $port -c listen_addresses=127.0.0.1 -c unix_socket_directories='' -c shared_buffers=32MB" &&
echo started && read -r _
"$bin/pg_ctl" stop --mode=immediate --pgdata="$folder/data" >/dev/null 2>&1
"#;

/// A running cluster. It ends, and its files go, when this is dropped or the process ends in whatever way.
#[derive(Debug)]
pub struct Postgres {
    bin: PathBuf,
    port: u16,
    databases: AtomicUsize,
    keeper: Child,
    /// The keeper waits for its end.
    input: Option<ChildStdin>,
}

impl Postgres {
    /// Starts one on a free port. Takes about two seconds.
    ///
    /// # Panics
    /// Where PostgreSQL is not installed and can't be, or does not start: a test that needs it fails, with the reason.
    #[must_use]
    pub fn start() -> Self {
        let bin = installed().or_else(install).unwrap_or_else(|| {
            panic!("these tests need PostgreSQL, and it can't be installed: apt-get install postgresql")
        });
        let mut reason = String::new();
        for _ in 0..PORTS_TRIED {
            match Self::try_start(&bin) {
                Ok(started) => return started,
                Err(log) => reason = log,
            }
        }
        panic!("PostgreSQL from {} does not start: {reason}", bin.display())
    }

    fn try_start(bin: &Path) -> Result<Self, String> {
        let folder = tempfile::Builder::new().prefix("journeyman-postgres-").tempdir().expect("a folder");
        let free = TcpListener::bind(("127.0.0.1", 0)).expect("a port of this machine");
        let port = free.local_addr().expect("a bound port has an address").port();
        drop(free);
        let mut command = Command::new("sh");
        // The owner can remove what is in the folder, and the folder itself stays ours: both remove it.
        let script = format!("{KEEPER}rm -rf \"$folder\"\n");
        command.args(["-c", &script, "keeper"]).arg(bin).arg(folder.path()).arg(port.to_string());
        command.current_dir("/").stdin(Stdio::piped()).stdout(Stdio::piped()).stderr(Stdio::null());
        give_away(folder.path(), &mut command);
        let mut keeper = command.spawn().expect("sh can be started");
        let input = keeper.stdin.take();
        let mut said = String::new();
        let output = keeper.stdout.take().expect("it was piped");
        BufReader::new(output).read_line(&mut said).expect("the keeper's output can be read");
        if said.trim() != "started" {
            let _ = keeper.wait();
            return Err(read_log(folder.path()));
        }
        // From here the keeper removes it.
        let _ = folder.keep();
        Ok(Self { bin: bin.to_owned(), port, databases: AtomicUsize::new(0), keeper, input })
    }

    /// Makes an empty database and returns its URL.
    ///
    /// # Panics
    /// Where PostgreSQL refuses.
    #[must_use]
    pub fn new_database(&self) -> String {
        let name = format!("test{}", self.databases.fetch_add(1, Ordering::Relaxed));
        let made = Command::new(self.bin.join("createdb"))
            .args(["--host=127.0.0.1", "--username=postgres", "--port", &self.port.to_string(), &name])
            .output()
            .expect("createdb comes with PostgreSQL");
        assert!(made.status.success(), "createdb: {}", String::from_utf8_lossy(&made.stderr));
        format!("postgres://postgres@127.0.0.1:{}/{name}?sslmode=disable", self.port)
    }
}

impl Drop for Postgres {
    fn drop(&mut self) {
        drop(self.input.take());
        let _ = self.keeper.wait();
    }
}

/// The folder of the newest PostgreSQL's programs.
fn installed() -> Option<PathBuf> {
    let mut folders: Vec<(u32, PathBuf)> = std::fs::read_dir("/usr/lib/postgresql")
        .into_iter()
        .flatten()
        .flatten()
        .filter_map(|entry| {
            let version = entry.file_name().to_str()?.parse().ok()?;
            Some((version, entry.path().join("bin")))
        })
        .filter(|(_, bin)| bin.join("initdb").is_file())
        .collect();
    folders.sort();
    folders.pop().map(|(_, bin)| bin).or_else(on_path)
}

fn on_path() -> Option<PathBuf> {
    let found = Command::new("sh").args(["-c", "command -v initdb"]).output().ok()?;
    let link = PathBuf::from(String::from_utf8(found.stdout).ok()?.trim());
    Some(std::fs::canonicalize(link).ok()?.parent()?.to_owned())
}

fn install() -> Option<PathBuf> {
    let install = "apt-get update -qq; apt-get install -y -qq --no-install-recommends postgresql";
    let mut command = Command::new("sh");
    command.args(["-c", install]).env("DEBIAN_FRONTEND", "noninteractive");
    command.stdout(Stdio::null()).stderr(Stdio::null()).status().ok()?;
    installed()
}

/// As root, has the cluster owned and run by a user that is not.
#[cfg(unix)]
fn give_away(folder: &Path, command: &mut Command) {
    use std::os::unix::fs::{MetadataExt as _, chown};
    use std::os::unix::process::CommandExt as _;
    let owner = std::fs::metadata(folder).expect("the folder was made").uid();
    if owner != 0 {
        return;
    }
    let (user, group) = user_and_group();
    chown(folder, Some(user), Some(group)).expect("root may give a folder away");
    command.uid(user).gid(group);
}

#[cfg(not(unix))]
fn give_away(_folder: &Path, _command: &mut Command) {}

#[cfg(unix)]
fn user_and_group() -> (u32, u32) {
    let id = |which: &str| -> Option<u32> {
        let answer = Command::new("id").args([which, USER]).output().ok()?;
        String::from_utf8(answer.stdout).ok()?.trim().parse().ok()
    };
    if id("-u").is_none() {
        // Two tests may do this at the same time; what counts is that the user is there afterwards.
        let add = ["--system", "--user-group", "--no-create-home", "--shell", "/usr/sbin/nologin", USER];
        let _ = Command::new("useradd").args(add).output();
    }
    match (id("-u"), id("-g")) {
        (Some(user), Some(group)) => (user, group),
        _ => panic!(
            "PostgreSQL does not run as root, and the user {USER} can't be made: useradd --system {USER}"
        ),
    }
}

fn read_log(folder: &Path) -> String {
    let mut log = String::new();
    if let Ok(mut file) = std::fs::File::open(folder.join("log")) {
        let _ = file.read_to_string(&mut log);
    }
    log
}
