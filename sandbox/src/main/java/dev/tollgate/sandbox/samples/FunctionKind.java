package dev.tollgate.sandbox.samples;

import dev.tollgate.sandbox.wire.JsonTrees;
import java.util.HashSet;
import java.util.List;
import java.util.Locale;
import java.util.Set;
import java.util.regex.Pattern;
import tools.jackson.databind.JsonNode;

/** The effect of a function on its caller's machine, by its name and description. */
public enum FunctionKind {
    /** Runs what it is given: nothing that it is given is taken from the prompt. */
    RUNS,
    /** Looks at things and leaves them as they are. */
    READS,
    /** Anything else. */
    OTHER;

    private static final Set<String> RUNNING = Set.of(
            "bash",
            "shell",
            "zsh",
            "exec",
            "execute",
            "executes",
            "command",
            "commands",
            "cmd",
            "terminal",
            "powershell",
            "pwsh",
            "script",
            "scripts",
            "eval",
            "evaluates",
            "sql",
            "subprocess",
            "interpreter",
            "repl",
            "console",
            "keyboard",
            "keystrokes",
            "stdin");
    private static final Set<String> RUNNING_BY_NAME =
            Set.of("run", "evaluate", "python", "ipython", "javascript", "node", "process", "kill", "type", "press");
    private static final Set<String> READING = Set.of(
            "read",
            "view",
            "open",
            "cat",
            "show",
            "get",
            "list",
            "search",
            "find",
            "grep",
            "glob",
            "stat",
            "load",
            "ls",
            "head",
            "tail",
            "tree",
            "inspect",
            "describe",
            "summarize",
            "fetch",
            "look",
            "check",
            "count");
    private static final Set<String> DATABASES = Set.of(
            "sql",
            "database",
            "databases",
            "postgres",
            "postgresql",
            "mysql",
            "sqlite",
            "duckdb",
            "bigquery",
            "cypher",
            "graphql",
            "mongodb");
    private static final Set<String> AGENTS =
            Set.of("agent", "agents", "subagent", "subagents", "task", "delegate", "spawn");

    /** The names of things that continue after their start. */
    private static final Set<String> STARTED = Set.of(
            "agent",
            "agents",
            "subagent",
            "subagents",
            "task",
            "tasks",
            "schedule",
            "schedules",
            "cron",
            "wakeup",
            "job",
            "jobs",
            "process",
            "processes",
            "subprocess",
            "subprocesses",
            "daemon",
            "monitor",
            "worker",
            "workers",
            "workflow",
            "workflows");

    private static final Set<String> STARTING = Set.of(
            "start",
            "starts",
            "launch",
            "launches",
            "spawn",
            "spawns",
            "fork",
            "forks",
            "create",
            "creates",
            "run",
            "runs",
            "execute",
            "executes",
            "delegate",
            "delegates",
            "dispatch",
            "dispatches",
            "trigger",
            "triggers",
            "invoke",
            "invokes",
            "orchestrate",
            "orchestrates",
            "schedule",
            "schedules",
            "enqueue",
            "enqueues");

    /** A name with one of these starts something even if it does not say what. */
    private static final Set<String> STARTING_ALONE =
            Set.of("spawn", "delegate", "cron", "subagent", "subagents", "subprocess", "daemon");

    private static final Pattern SENTENCE_END = Pattern.compile("[.!?;:]\\s|\\R");

    /** The names of functions that change or end something. */
    private static final Set<String> CHANGING = Set.of(
            "write",
            "edit",
            "create",
            "delete",
            "remove",
            "move",
            "rename",
            "copy",
            "replace",
            "insert",
            "append",
            "save",
            "overwrite",
            "patch",
            "apply",
            "update",
            "modify",
            "put",
            "upload",
            "install",
            "uninstall",
            "kill",
            "drop",
            "truncate",
            "reset",
            "push",
            "commit",
            "merge",
            "deploy",
            "destroy",
            "purge",
            "wipe",
            "clean",
            "clear",
            "erase",
            "trash",
            "unlink",
            "shred",
            "format",
            "shutdown",
            "reboot",
            "stop",
            "terminate",
            "cancel",
            "revert",
            "discard",
            "undo",
            "checkout",
            "set",
            "post",
            "send",
            "execute",
            "run",
            "exec",
            "pay",
            "buy",
            "transfer",
            "refund");

    static FunctionKind of(JsonNode declaration) {
        Set<String> name = words(JsonTrees.text(declaration, "name"));
        Set<String> all = allWords(declaration);
        if (any(all, RUNNING) || any(name, RUNNING_BY_NAME)) {
            return RUNS;
        }
        return any(name, READING) && !any(name, CHANGING) ? READS : OTHER;
    }

    /** Returns whether what it is asked is put to a database. */
    static boolean asksDatabase(JsonNode declaration) {
        return any(allWords(declaration), DATABASES);
    }

    /** Returns whether it asks a model in turn, which might ask it again. */
    static boolean asksAgent(JsonNode declaration) {
        return any(allWords(declaration), AGENTS);
    }

    /**
     * Returns whether it starts agents, tasks, schedules or processes, as far as its name or a sentence of its description says so: these go on by
     * themselves, and may ask the sandbox in turn.
     */
    public static boolean startsWork(JsonNode declaration) {
        Set<String> name = words(JsonTrees.text(declaration, "name"));
        List<Set<String>> sentences = SENTENCE_END
                .splitAsStream(JsonTrees.text(declaration, "description"))
                .map(FunctionKind::words)
                .toList();
        boolean reads = any(name, READING) && !any(name, CHANGING);
        boolean named = any(name, STARTING_ALONE) || STARTED.containsAll(name) || starts(name);
        boolean aboutAgents = !sentences.isEmpty() && any(sentences.getFirst(), AGENTS);
        return (!reads && (named || aboutAgents)) || sentences.stream().anyMatch(FunctionKind::starts);
    }

    /** Two words are needed: "schedule a meeting" starts nothing, "schedule a task" does. */
    private static boolean starts(Set<String> words) {
        return words.stream().filter(STARTING::contains).anyMatch(verb -> words.stream()
                .anyMatch(word -> STARTED.contains(word) && !word.equals(verb)));
    }

    /** Returns whether a choice, such as an action, would change something. */
    static boolean changes(String choice) {
        return any(words(choice), CHANGING);
    }

    private static Set<String> allWords(JsonNode declaration) {
        Set<String> all = new HashSet<>(words(JsonTrees.text(declaration, "name")));
        all.addAll(words(JsonTrees.text(declaration, "description")));
        return all;
    }

    static boolean any(Set<String> words, Set<String> others) {
        return words.stream().anyMatch(others::contains);
    }

    /** Lower-case words of a name in camel, snake or kebab case, or of a sentence. */
    static Set<String> words(String text) {
        String apart = text.replaceAll("([a-z0-9])([A-Z])", "$1 $2").toLowerCase(Locale.ROOT);
        return new HashSet<>(List.of(apart.split("[^\\p{L}\\p{N}]+")));
    }
}
