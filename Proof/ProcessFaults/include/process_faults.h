/// A library that is preloaded into a worker, and stops or kills it at a stage of a batch.
///
/// It recognises the stages by the worker's system calls alone: by what it writes to and reads from sockets, and by how
/// SQLite locks, writes and syncs its files. The worker is the program as it is built for users and does not know of
/// the library. Nothing here is called by name: this header is what a test has to know.
///
///     LD_PRELOAD=…/libProcessFaults.so PROCESS_FAULTS_STOP=frozen:2 journey-outbox run …
///
/// | Variable | Value | What happens |
/// |---|---|---|
/// | `PROCESS_FAULTS_STOP` | `stage:n`, n from 1 | SIGSTOP when the stage is reached for the n-th time, once |
/// | `PROCESS_FAULTS_KILL` | text of 1 to 127 bytes | SIGKILL when a trigger request that contains the text is answered |
///
/// A trigger request is an HTTP/1.1 request without TLS whose line is `POST …/trigger…`. A write transaction lasts as
/// long as SQLite's write lock: byte 120 of the `-shm` file (WAL_WRITE_LOCK), or the reserved byte of the database file
/// with a rollback journal, whose mode must be DELETE.
///
/// | Stage | The process stops | What is then true |
/// |---|---|---|
/// | `claiming` | in a write transaction, before the page of `sqlite_sequence` that has the ids of `outbox_batch` is written to the log, or to the database with a rollback journal; once a transaction | what is claimed is being frozen, and nothing of it is committed |
/// | `frozen` | before the first byte of a trigger request is written to its socket | the batch is committed, and the API has not seen it |
/// | `answered` | after the first bytes of the response to a trigger request have been read, before the caller gets them | the API has executed the batch, and nothing of that is committed |
/// | `settled` | after the release of the write lock of a committed transaction that was begun after an answer, if no such transaction has been committed since that answer | what the answer decided is committed and visible to other processes; the worker has not yet done anything else about it |
///
/// The ids of `outbox_batch` are AUTOINCREMENT, so that every transaction that freezes a new batch writes that page. A
/// commit counts from the release of the lock, because until then other processes do not see a transaction in the log,
/// although it has been synced. A response that never comes, or a connection that ends without one, is no answer.
///
/// The library acts in a process whose program is `journey-outbox` and whose command is `run` or `drain`. It is inert in
/// all others, among them a wrapper such as faketime(1), and whatever inherits the variables. A value that it does not
/// understand ends the worker with exit code 64.
///
/// The files: `interposition.c` has the calls of libc that are replaced, and makes an `operation` of each. `requests.c`
/// and `transactions.c` look at operations before and after they happen, and `stages.c` counts and acts. A fault of the
/// I/O itself, such as the failure of the n-th sync, belongs beside them: a function that `interposition.c` asks between
/// the two looks, and that says with which error a call fails without having been made.
///
/// State is in atomics and in arrays of fixed size. No function here allocates, locks or waits, but for the lookup of
/// the replaced functions when the process starts.
