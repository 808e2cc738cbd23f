package dev.tollgate.sandbox.samples;

import java.util.ArrayDeque;
import java.util.Deque;
import java.util.List;
import java.util.Optional;
import java.util.Set;
import java.util.stream.IntStream;
import org.jspecify.annotations.Nullable;
import tools.jackson.databind.JsonNode;

/**
 * Fills the arguments of a function call. Programs do what calls say, so nothing of the prompt goes where it would be run, written or
 * looked for: what is named like a command, code, a path or the content of a file gets a constant that does no harm. Other texts get
 * what the prompt names, each thing once. Used for one call.
 */
public final class CallFilling implements Filling {

    static final String COMMAND = "echo ok";
    static final String CODE = "1 + 1";
    static final String SQL = "SELECT 1";
    static final String ARGUMENT = "--version";

    /** The file to read: most folders have it. */
    static final String FILE_TO_READ = "README.md";

    /** The file to write, move or delete: no folder has it. */
    static final String FILE = "tollgate-sandbox.txt";

    /** An agent that asks a model this gets "ok", and no call of itself. */
    static final String TASK = "Say: ok";

    /** A command in words: echo, echo, which says so. */
    private static final String ITEM = "item";

    private static final String NO_PROCESS = "999999999";

    private static final Set<String> COMMANDS = words("""
            command commands cmd cmds cmdline commandline shell bash exec execute run terminal powershell entrypoint""");
    private static final Set<String> CODES = words("""
            script scripts program expression expressions expr eval snippet javascript js python py statement statements lambda
            macro formula cell""");
    private static final Set<String> ARGUMENTS =
            Set.of("argv", "args", "arg", "arguments", "argument", "flags", "opts");
    private static final Set<String> PATHS = words("""
            path paths file files filename filenames filepath filepaths pathname dir directory directories folder folders cwd
            workdir destination dest notebook""");
    private static final Set<String> FOLDERS =
            Set.of("dir", "directory", "directories", "folder", "folders", "cwd", "workdir");
    private static final Set<String> CONTENTS = words("""
            content contents patch diff hunk hunks replacement payload blob source fact memory stdin chars keys keystrokes env
            environment""");

    /** Next to these words, and alone, "code" is a program. Otherwise it is one of a country or a currency. */
    private static final Set<String> PROGRAM = words("""
            source edit snippet block text body content python javascript java sql shell program cell new old user to js run""");

    private static final Set<String> EDITED = words("""
            string str text content source code value line lines""");
    private static final Set<String> WHOLE = Set.of("query", "question", "prompt", "text");
    private static final Set<String> TASKS =
            Set.of("prompt", "task", "instruction", "instructions", "message", "goal", "objective");
    private static final Set<String> RISKS = words("""
            force recursive overwrite delete remove all yes confirm confirmed approve approved sudo background unsafe dangerous
            dangerously disable skip ignore auto permanent execute run apply commit write save send submit publish deploy hard
            cascade purge privileged global push truncate replace""");
    private static final Set<String> PROCESSES = Set.of("pid", "pids", "pgid");

    private static Set<String> words(String text) {
        return Set.of(text.strip().split("\\s+"));
    }

    private final JsonNode declaration;
    private final FunctionKind kind;
    private final Prompt prompt;
    private final Deque<String> things;
    private int asked;

    /** @param things what the prompt names, for the first texts that may have it */
    public CallFilling(JsonNode declaration, Prompt prompt, List<String> things) {
        this.declaration = declaration;
        this.kind = FunctionKind.of(declaration);
        this.prompt = prompt;
        this.things = new ArrayDeque<>(things);
    }

    /** Returns how many texts could have had something of the prompt. */
    public int asked() {
        return asked;
    }

    @Override
    public String text(String name, int index) {
        String constant = constant(name);
        if (constant != null || kind == FunctionKind.RUNS) {
            return constant == null ? Filling.sample(name, index) : constant;
        }
        Set<String> words = FunctionKind.words(name);
        if (FunctionKind.any(words, PATHS)) {
            return path(words);
        }
        asked++;
        if (!prompt.quotes() && WHOLE.contains(name)) {
            things.poll();
            return Excerpt.of(prompt.text());
        }
        String thing = things.poll();
        return thing == null ? Filling.sample(name, index) : thing;
    }

    /** Returns the fixed text of an argument; null if it may contain a part of the prompt. */
    private @Nullable String constant(String name) {
        Set<String> words = FunctionKind.words(name);
        if (words.contains("sql") || (FunctionKind.asksDatabase(declaration) && isQuery(words))) {
            return SQL;
        }
        if (FunctionKind.any(words, COMMANDS)) {
            return words.contains(ITEM) ? "echo" : COMMAND;
        }
        if (FunctionKind.any(words, CODES) || isCode(words)) {
            return prompt.sum().orElse(CODE);
        }
        if (FunctionKind.any(words, ARGUMENTS)) {
            return ARGUMENT;
        }
        if (FunctionKind.any(words, CONTENTS) || isEdited(words)) {
            return Filling.sample(name, 0);
        }
        return FunctionKind.any(words, TASKS) && FunctionKind.asksAgent(declaration) ? TASK : null;
    }

    private static boolean isQuery(Set<String> words) {
        return words.contains("query") || words.contains("statement") || words.contains("queries");
    }

    private static boolean isCode(Set<String> words) {
        return words.contains("code") && (words.size() == 1 || FunctionKind.any(words, PROGRAM));
    }

    private static boolean isEdited(Set<String> words) {
        return (words.contains("old") || words.contains("new")) && FunctionKind.any(words, EDITED);
    }

    /** Fills the file name of a read-only function with a quoted file of the prompt. */
    private String path(Set<String> words) {
        if (kind != FunctionKind.READS) {
            return FILE;
        }
        if (prompt.quotes()) {
            asked++;
            String quoted = things.poll();
            if (quoted != null) {
                return quoted;
            }
        }
        return FunctionKind.any(words, FOLDERS) ? "." : FILE_TO_READ;
    }

    @Override
    public Optional<Integer> texts(String name) {
        boolean takes = constant(name) == null && kind != FunctionKind.RUNS && prompt.quotes();
        return takes && !things.isEmpty() ? Optional.of(things.size()) : Optional.empty();
    }

    @Override
    public Optional<String> number(String name) {
        return FunctionKind.any(FunctionKind.words(name), PROCESSES) ? Optional.of(NO_PROCESS) : prompt.firstNumber();
    }

    @Override
    public boolean flag(String name) {
        return !FunctionKind.any(FunctionKind.words(name), RISKS);
    }

    @Override
    public JsonNode oneOf(JsonNode values, int index) {
        List<JsonNode> harmless = IntStream.range(0, values.size())
                .mapToObj(values::get)
                .filter(value -> !FunctionKind.changes(value.asString("")))
                .toList();
        return harmless.isEmpty() ? values.get(index % values.size()) : harmless.get(index % harmless.size());
    }

    @Override
    public boolean takesShown(String name) {
        return constant(name) == null && kind != FunctionKind.RUNS;
    }

    @Override
    public String item(String name) {
        return FunctionKind.any(FunctionKind.words(name), COMMANDS) ? name + "_" + ITEM : name;
    }

    /** Returns the name of a member, behind its parent's if that has a fixed text: a member of a command is one, too. */
    @Override
    public String below(String parent, String member) {
        return constant(parent) == null ? member : parent + "_" + member;
    }
}
