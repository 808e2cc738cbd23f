import com.sun.source.tree.CompilationUnitTree;
import com.sun.source.tree.MethodTree;
import com.sun.source.tree.Tree;
import com.sun.source.util.JavacTask;
import com.sun.source.util.SourcePositions;
import com.sun.source.util.TreeScanner;
import com.sun.source.util.Trees;
import java.io.IOException;
import java.nio.charset.StandardCharsets;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.Comparator;
import java.util.List;
import java.util.Map;
import java.util.TreeMap;
import java.util.regex.Pattern;
import java.util.stream.Stream;
import javax.tools.JavaCompiler;
import javax.tools.ToolProvider;

/**
 * Prints how large the program is: {@code java src/build/Size.java [CHECKOUT]}. The same file measures any commit, so that two can be compared.
 * A line is a line of the file. Lines of code are those without comments, blank lines, imports and the package.
 */
final class Size {

    private static final int SMALL_TYPE = 25;
    private static final int LONG_METHOD = 40;

    /** The classes of the answer side, by path below {@code protocols/}: first as four doors had them, then as one core and its renderers. */
    private static final Pattern ANSWERS = Pattern.compile("(chat/(ChunkStream|JsonAnswer|ChatAnswer|Choice|CostStream)"
            + "|messages/(MessageStream|WholeMessage|MessageAnswer|MessageEvents|MessageBlocks)"
            + "|responses/(EventStream|ObjectResponse|Answer|UpstreamAnswer|Keeping|Output|OpenItem|MessageItem|ReasoningItem|EventWriter|ResponseObject)"
            + "|googleapi/(ResponseStream|WholeResponse|GenerateAnswer|Chunks|Assembly)"
            + "|\\w+/(SignedAnswer|ShownCalls|SchemaDraft|AnswerHeaders)"
            + "|(?!completions/)\\w+/\\w*Renderer|door/(Streamed|Whole|Shown)?Answer\\w*)\\.java");

    /** The door for text completions. */
    private static final Pattern FIFTH_DOOR = Pattern.compile("completions/.*");

    /** Names of the rate, its tokens and its fields in Java and templates. */
    private static final Pattern AUDIO_RATE = Pattern.compile("(?i)audio.?(input|tokens)");

    private static final Pattern STARTS = Pattern.compile("\\bGateway\\.start");
    private static final Pattern COMMENT =
            Pattern.compile("\"\"\"[\\s\\S]*?\"\"\"|\"(?:\\\\.|[^\"\\\\\\n])*\"|'(?:\\\\.|[^'\\\\\\n])+'|//[^\\n]*|/\\*[\\s\\S]*?\\*/");
    private static final Pattern HEAD = Pattern.compile("(?m)^(import|package) .*$");

    private final Path checkout;
    private final Map<Path, String> program = new TreeMap<>();

    private Size(Path checkout) throws IOException {
        this.checkout = checkout;
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
        row("files of program", program.size());
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
        Path folder = checkout.resolve("src/main/java/dev/tollgate/protocols");
        return program.entrySet().stream()
                .filter(it -> it.getKey().startsWith(folder)
                        && name.matcher(folder.relativize(it.getKey()).toString()).matches())
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

    private List<Path> files(String folder, String ending) throws IOException {
        Path root = checkout.resolve(folder);
        if (!Files.exists(root)) {
            return List.of();
        }
        try (Stream<Path> below = Files.walk(root)) {
            return below.filter(it -> Files.isRegularFile(it) && it.toString().endsWith(ending)).toList();
        }
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
        String bare = COMMENT.matcher(text).replaceAll(it -> it.group().startsWith("/") ? "" : "\"\"");
        return (int) HEAD.matcher(bare).replaceAll("").lines().filter(it -> !it.isBlank()).count();
    }

    private static void row(String name, long figure) {
        System.out.printf("%-55s %,9d%n", name, figure);
    }
}
