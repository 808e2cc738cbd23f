import com.sun.source.tree.CompilationUnitTree;
import com.sun.source.tree.MethodTree;
import com.sun.source.tree.Tree;
import com.sun.source.util.JavacTask;
import com.sun.source.util.SourcePositions;
import com.sun.source.util.TreeScanner;
import com.sun.source.util.Trees;
import java.io.IOException;
import java.io.UncheckedIOException;
import java.nio.charset.StandardCharsets;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.Comparator;
import java.util.List;
import java.util.Map;
import java.util.Set;
import java.util.TreeMap;
import java.util.TreeSet;
import java.util.regex.Matcher;
import java.util.regex.Pattern;
import java.util.stream.Stream;
import javax.tools.JavaCompiler;
import javax.tools.ToolProvider;

/**
 * Prints how large the program is: {@code java src/build/Size.java [CHECKOUT]}. The same file measures any commit, so that two can be compared.
 * A line is a line of the file. Lines of code are those without comments, blank lines, imports and the package. The sources are below {@code
 * src/}, or below {@code M/src/} of each module M.
 */
final class Size {

    private static final int SMALL_TYPE = 25;
    private static final int LONG_METHOD = 40;

    /** The classes of the answer side, by path below {@code protocols/}: first as four doors had them, then as one core and its renderers. */
    private static final Pattern ANSWERS = Pattern.compile("(chat/(ChunkStream|JsonAnswer|ChatAnswer|Choice|CostStream)"
            + "|messages/(MessageStream|WholeMessage|MessageAnswer|MessageEvents|MessageBlocks)"
            + "|responses/(EventStream|ObjectResponse|Answer|UpstreamAnswer|Keeping|Output|OpenItem|MessageItem|ReasoningItem|EventWriter|ResponseObject)"
            + "|googleapi/(ResponseStream|WholeResponse|GenerateAnswer|Chunks|Assembly)"
            + "|\\w+/(SignedAnswer|ResponseCallIds|SchemaDraft|AnswerHeaders)"
            + "|(?!completions/)\\w+/\\w*Renderer|door/(Streamed|Whole|Shown)?Answer\\w*)\\.java");

    /** The door for text completions. */
    private static final Pattern FIFTH_DOOR = Pattern.compile("completions/.*");

    /** Names of the rate, its tokens and its fields in Java and templates. */
    private static final Pattern AUDIO_RATE = Pattern.compile("(?i)audio.?(input|tokens)");

    /** The outcomes of what people do. Those of a call's hold have other names, or stand in the files that are left out. */
    private static final Pattern OUTCOMES = Pattern.compile("\\bsealed interface (?:Outcome|\\w+Result|Redemption)\\b");

    private static final Pattern OF_HOLDS = Pattern.compile("Resolution|Extend");

    /** Classes that read the fields of a small body, with checks of types and unknown members: first five, then one. */
    private static final Pattern SMALL_BODIES = Pattern.compile("KeyBody|OperatorBody|OrganizationRequest|BudgetJson|TariffEdit|ActionRequest");

    /** What reads the parameter {@code limit} itself, or is read by {@code Limit} for all. */
    private static final Pattern LIMIT = Pattern.compile("\\b(?:query|number|(?<!form\\.)text)\\((?:exchange, )?\"limit\"");

    private static boolean parsesLimit(String text) {
        return LIMIT.matcher(text).find() && !text.contains("Limit.of(") || text.contains("new Limit(\"limit\"");
    }

    private static final Pattern TABLE = Pattern.compile("<table");
    private static final Pattern WRITES =
            Pattern.compile("\\b(?:UPDATE|INSERT (?:OR \\w+ )?INTO|DELETE FROM)\\s+\"?([a-z_]+)|\\bRowStatement\\s*\\.(?:insert|embedded)\\(\\s*\"(\\w+)");

    private static final Pattern STARTS = Pattern.compile("\\bGateway\\.start");
    private static final Pattern COMMENT =
            Pattern.compile("\"\"\"[\\s\\S]*?\"\"\"|\"(?:\\\\.|[^\"\\\\\\n])*\"|'(?:\\\\.|[^'\\\\\\n])+'|//[^\\n]*|/\\*[\\s\\S]*?\\*/");
    private static final Pattern HEAD = Pattern.compile("(?m)^(import|package) .*$");

    private final Path checkout;
    /** Folders that have a {@code src/main/java}; the checkout itself stands first. */
    private final List<Path> modules;
    private final Map<Path, String> program = new TreeMap<>();

    private Size(Path checkout) throws IOException {
        this.checkout = checkout;
        modules = modules();
        for (Path file : files("src/main/java", ".java")) {
            program.put(file, Files.readString(file));
        }
    }

    public static void main(String[] arguments) throws IOException {
        new Size(Path.of(arguments.length == 0 ? "." : arguments[0])).print();
    }

    private void print() throws IOException {
        row("lines of program", lines(program.values()));
        row("  of it the fifth door", lines(protocols(FIFTH_DOOR)));
        row("lines of code", program.values().stream().mapToLong(text -> code(text)).sum());
        row("lines with a comment", program.values().stream().mapToLong(Size::comments).sum());
        row("files of program", program.size());
        row("lines of templates", lines(texts("src/main", ".jte")));
        row("lines of scripts", lines(texts("src/main", ".js")) + lines(texts("src/main", ".mjs")));
        row("families of outcomes", program.entrySet().stream()
                .filter(it -> !OF_HOLDS.matcher(name(it.getKey())).matches())
                .mapToLong(it -> OUTCOMES.matcher(it.getValue()).results().count())
                .sum());
        row("readers of small bodies", program.keySet().stream().filter(it -> SMALL_BODIES.matcher(name(it)).matches()).count());
        row("parsers of limit", program.values().stream().filter(Size::parsesLimit).count());
        row("<table in templates outside part/table.jte", files("src/main", ".jte").stream()
                .filter(it -> !it.endsWith("part/table.jte"))
                .mapToLong(it -> TABLE.matcher(text(it)).results().count())
                .sum());
        tablesOfSeveral();
        row("lines of the answer side", lines(protocols(ANSWERS)));
        row("Java and template files that name the audio rate", naming(AUDIO_RATE, "src/main/java", ".java") + naming(AUDIO_RATE, "src/main/jte", ".jte"));
        long golden = 0;
        for (Path file : files("src/test/resources/golden", "")) {
            golden += newlines(Files.readAllBytes(file));
        }
        row("golden lines", golden);
        row("words in notes/", words("notes"));
        row("words in docs/", words("docs"));
        row("top-level types under " + SMALL_TYPE + " lines of code", program.entrySet().stream()
                .filter(it -> !it.getKey().endsWith("package-info.java") && code(it.getValue()) < SMALL_TYPE)
                .count());
        row("test files", files("src/test/java", ".java").size());
        row("test files that start the program", naming(STARTS, "src/test/java", ".java"));
        longMethods();
    }

    /** Packages that write a table; account deletion and the copy between databases, which write each, aside. */
    private void tablesOfSeveral() {
        Map<String, Set<String>> writers = new TreeMap<>();
        program.forEach((file, text) -> {
            String folder = file.getParent().toString().replaceFirst(".*/dev/tollgate/?", "");
            if (!folder.equals("customers/departure") && !name(file).equals("TableCopy")) {
                WRITES.matcher(bare(text))
                        .results()
                        .forEach(it -> writers.computeIfAbsent(it.group(1) == null ? it.group(2) : it.group(1), _ -> new TreeSet<>())
                                .add(folder));
            }
        });
        writers.values().removeIf(it -> it.size() == 1);
        row("tables with several writers", writers.size());
        writers.forEach((table, folders) -> row("  " + table, folders.size()));
    }

    private void longMethods() throws IOException {
        JavaCompiler compiler = ToolProvider.getSystemJavaCompiler();
        List<Method> found = new ArrayList<>();
        try (var manager = compiler.getStandardFileManager(null, null, StandardCharsets.UTF_8)) {
            JavacTask task = (JavacTask) compiler.getTask(
                    null, manager, _ -> {}, List.of("--release", "25"), null, manager.getJavaFileObjectsFromPaths(program.keySet()));
            SourcePositions positions = Trees.instance(task).getSourcePositions();
            for (CompilationUnitTree unit : task.parse()) {
                String file = Path.of(unit.getSourceFile().toUri()).getFileName().toString();
                new TreeScanner<Void, Void>() {
                    @Override
                    public Void visitMethod(MethodTree method, Void nothing) {
                        long lines = line(method, true) - line(method, false) + 1;
                        if (lines > LONG_METHOD) {
                            found.add(new Method(lines, file.replace(".java", "." + method.getName())));
                        }
                        return super.visitMethod(method, nothing);
                    }

                    private long line(Tree tree, boolean end) {
                        return unit.getLineMap()
                                .getLineNumber(end ? positions.getEndPosition(unit, tree) : positions.getStartPosition(unit, tree));
                    }
                }.scan(unit, null);
            }
        }
        row("methods over " + LONG_METHOD + " lines", found.size());
        found.sort(Comparator.comparingLong(Method::lines).reversed());
        found.stream().limit(10).forEach(it -> row("  " + it.name(), it.lines()));
    }

    private record Method(long lines, String name) {}

    private List<String> protocols(Pattern name) {
        return program.entrySet().stream()
                .filter(it -> it.getKey().toString().contains("/dev/tollgate/protocols/")
                        && name.matcher(it.getKey().toString().replaceFirst(".*/protocols/", "")).matches())
                .map(Map.Entry::getValue)
                .toList();
    }

    private long naming(Pattern name, String folder, String ending) throws IOException {
        long count = 0;
        for (Path file : files(folder, ending)) {
            count += name.matcher(Files.readString(file)).find() ? 1 : 0;
        }
        return count;
    }

    private long words(String folder) throws IOException {
        long count = 0;
        for (Path file : files(folder, ".md")) {
            count += Stream.of(Files.readString(file).split("\\s+")).filter(it -> !it.isEmpty()).count();
        }
        return count;
    }

    /** Returns the files below a folder of the checkout, and below it in each module. */
    private List<Path> files(String folder, String ending) throws IOException {
        List<Path> found = new ArrayList<>();
        for (Path module : modules) {
            if (Files.exists(module.resolve(folder))) {
                try (Stream<Path> below = Files.walk(module.resolve(folder))) {
                    below.filter(it -> Files.isRegularFile(it) && it.toString().endsWith(ending)).forEach(found::add);
                }
            }
        }
        return found;
    }

    private List<String> texts(String folder, String ending) throws IOException {
        return files(folder, ending).stream().map(Size::text).toList();
    }

    private List<Path> modules() throws IOException {
        try (Stream<Path> folders = Files.list(checkout)) {
            return Stream.concat(
                            Stream.of(checkout),
                            folders.filter(it -> !it.endsWith("bench") && Files.exists(it.resolve("src"))).sorted())
                    .toList();
        }
    }

    private static String text(Path file) {
        try {
            return Files.readString(file);
        } catch (IOException e) {
            throw new UncheckedIOException(e);
        }
    }

    private static String name(Path file) {
        return file.getFileName().toString().replace(".java", "");
    }

    private static long lines(Iterable<String> texts) {
        long count = 0;
        for (String text : texts) {
            count += newlines(text.getBytes(StandardCharsets.UTF_8));
        }
        return count;
    }

    private static long newlines(byte[] bytes) {
        long count = 0;
        for (byte each : bytes) {
            count += each == '\n' ? 1 : 0;
        }
        return count;
    }

    /** Returns the lines of code of a file. */
    private static int code(String text) {
        return (int) HEAD.matcher(bare(text)).replaceAll("").lines().filter(it -> !it.isBlank()).count();
    }

    /** Returns a source without its comments. */
    private static String bare(String text) {
        return COMMENT.matcher(text).replaceAll(it -> it.group().startsWith("/") ? "" : Matcher.quoteReplacement(it.group()));
    }

    private static long comments(String text) {
        return COMMENT.matcher(text).results().filter(it -> it.group().startsWith("/")).mapToLong(it -> it.group().lines().count()).sum();
    }

    private static void row(String name, long figure) {
        System.out.printf("%-55s %,9d%n", name, figure);
    }
}
