package dev.tollgate;

import static dev.tollgate.testing.Asserts.assertThat;

import com.sun.source.tree.CompilationUnitTree;
import com.sun.source.tree.ConditionalExpressionTree;
import com.sun.source.tree.LineMap;
import com.sun.source.tree.MethodTree;
import com.sun.source.tree.ParenthesizedTree;
import com.sun.source.tree.Tree;
import com.sun.source.util.JavacTask;
import com.sun.source.util.SourcePositions;
import com.sun.source.util.TreeScanner;
import com.sun.source.util.Trees;
import com.tngtech.archunit.core.domain.JavaClass;
import dev.tollgate.testing.Modules;
import dev.tollgate.testing.OurClasses;
import java.io.IOException;
import java.io.UncheckedIOException;
import java.nio.charset.StandardCharsets;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.Arrays;
import java.util.List;
import java.util.Locale;
import java.util.Map;
import java.util.Set;
import java.util.TreeMap;
import java.util.TreeSet;
import java.util.regex.Matcher;
import java.util.regex.Pattern;
import java.util.stream.Stream;
import javax.tools.JavaCompiler;
import javax.tools.StandardJavaFileManager;
import javax.tools.ToolProvider;
import org.jspecify.annotations.Nullable;
import org.junit.jupiter.api.Test;

class HouseTest {

    private static final Pattern JAVADOC = Pattern.compile("(?s)/\\*\\*(.*?)\\*/");

    /** Pronouns, conjunctions, prepositions, and adverbs that stand for them. */
    private static final Set<String> NO_OPENERS = Set.of(("""
            about above after against also although among and around as at because before behind below beside besides between beyond both but by
            despite down during else except for from he her here his how if in into it its like likewise near neither nor not of off on one onto or
            out over per she since so such than that their them then there these they this those though through to too under unless until up what
            whatever when where whether which while who whoever whom whose why with within without""").split("\\s+"));

    private static final int LINES_MAX = 40;
    private static final int TERNARIES_MAX = 2;
    private static final int PARAMETERS_MAX = 5;
    private static final int PARTS_MAX = 8;

    /** The filters of one list of calls, each of which is a field of one form, and a grant, each of whose parts is a column. */
    private static final Set<String> WIDE_ON_PURPOSE = Set.of("CallFilters", "CreditGrant");

    /** A type of our own: the imported class, and the one within it. */
    private static final Pattern TYPE = Pattern.compile("\\b([A-Z]\\w*)((?:\\.[A-Z]\\w*)*)");

    private static final Pattern GUESS = Pattern.compile(
            "request_id (NOT )?LIKE|SUBSTR\\(\\w*\\.?request_id|request_id = '|\\breason (NOT )?LIKE|\\breason = '");

    /** What runs on SQLite and on PostgreSQL each time. */
    private static final Pattern ON_BOTH =
            Pattern.compile("@EnumSource(?:\\(Stores\\.class\\)|\\s+void \\w+\\(\\s*Stores )");

    private static final Pattern STARTS_A_SERVER =
            Pattern.compile("\\b(?:(?:CallServer|PortalServer|Gateway)\\.start\\w*|new AlteredProgram)\\(");

    /** The classes of a package above which it is asked for its rooms. */
    private static final int CLASSES_ASKED = 35;

    /** A package that stays whole. @param classes the most of them, a number that only becomes smaller @param why the one subject */
    private record Whole(int classes, String why) {}

    /** Packages with more classes. */
    private static final Map<String, Whole> ONE_SUBJECT = Map.of(
            "books.ledger",
            new Whole(44, "a batch: its rows, and the changes that decide over them under its locks"),
            "calls.metering",
            new Whole(63, "a call from its hold to its settlement, in turns that never nest"),
            "storage",
            new Whole(68, "the database with its one writer, and the primary that may write"),
            "upstreams.pool",
            new Whole(47, "a call on its way to a channel: choice, attempts, health"),
            "verification",
            new Whole(36, "the proof of the tables, a check for each"));

    /** The lines of a file above which it is asked for its ideas, the files that have more, and the most lines of all. */
    private static final int LINES_ASKED = 400;

    private static final int LONG_FILES = 29;
    private static final int FILE_LINES_MAX = 600;

    private static final Path FORMER_OPENERS = Path.of("app/src/test/resources/house/javadoc-openers.txt");

    @Test
    void the_root_holds_main_alone() {
        assertThat(OurClasses.ALL.stream()
                        .filter(it -> it.getPackageName().equals("dev.tollgate") && it.isTopLevelClass())
                        .map(JavaClass::getSimpleName))
                .containsExactlyInAnyOrder("Main", "package-info");
    }

    /** The list has the first words of each former one, wherever it lies. With {@code -Dtollgate.golden=write} it loses those that are gone. */
    @Test
    void no_further_javadoc_begins_with_a_pronoun_conjunction_or_preposition() throws IOException {
        Map<String, String> found = openers();
        List<String> former = Files.readAllLines(FORMER_OPENERS);
        if ("write".equals(System.getProperty("tollgate.golden"))) {
            Files.write(
                    FORMER_OPENERS, former.stream().filter(found::containsKey).toList());
        }
        found.keySet().removeAll(former);
        assertThat(found)
                .as("begin with a verb in the third person, or with a noun and its article")
                .isEmpty();
    }

    @Test
    void one_template_writes_tables() throws IOException {
        List<Path> found = new ArrayList<>();
        try (Stream<Path> files = Files.walk(Path.of("portal/src/main/jte"))) {
            for (Path file : files.filter(Files::isRegularFile).toList()) {
                if (Files.readString(file).contains("<table")) {
                    found.add(file);
                }
            }
        }
        assertThat(found)
                .as("describe a table by its Columns")
                .containsExactly(Path.of("portal/src/main/jte/part/table.jte"));
    }

    /** A part has parameters with a value of their own, which pages name one by one. */
    @Test
    void no_page_template_has_more_than_five_parameters() throws IOException {
        List<String> found = new ArrayList<>();
        try (Stream<Path> files = Files.walk(Path.of("portal/src/main/jte"))) {
            for (Path file : files.filter(Files::isRegularFile).toList()) {
                List<String> parameters = Files.readAllLines(file).stream()
                        .filter(line -> line.startsWith("@param "))
                        .toList();
                boolean isPart = parameters.stream().anyMatch(line -> line.contains(" = "));
                if (!isPart && parameters.size() > PARAMETERS_MAX) {
                    found.add(file + " has " + parameters.size());
                }
            }
        }
        assertThat(found).as("take records of what the page shows").isEmpty();
    }

    /** A record of many parts is split where two things are in one. */
    @Test
    void no_page_template_takes_a_record_of_more_than_eight_parts() throws IOException, ClassNotFoundException {
        Set<String> found = new TreeSet<>();
        try (Stream<Path> files = Files.walk(Path.of("portal/src/main/jte"))) {
            for (Path file : files.filter(Files::isRegularFile).toList()) {
                for (Class<?> type : parameterTypes(Files.readAllLines(file))) {
                    if (type.isRecord() && type.getRecordComponents().length > PARTS_MAX) {
                        found.add(type.getSimpleName());
                    }
                }
            }
        }
        assertThat(found).as("take records of what the page shows").isEqualTo(WIDE_ON_PURPOSE);
    }

    /** Returns our own types among those of a template's parameters. */
    private static List<Class<?>> parameterTypes(List<String> lines) throws ClassNotFoundException {
        List<Class<?>> found = new ArrayList<>();
        for (String line : lines) {
            Matcher type = TYPE.matcher(line.startsWith("@param ") ? line.split(" = ")[0] : "");
            while (type.find()) {
                for (String imported : lines) {
                    if (imported.startsWith("@import dev.") && imported.endsWith("." + type.group(1))) {
                        String name = imported.substring("@import ".length()) + type.group(2);
                        found.add(Class.forName(name.replaceAll("(?<=\\.[A-Z]\\w{0,60})\\.", "\\$")));
                    }
                }
            }
        }
        return found;
    }

    /** The long methods and deep conditional expressions of the sources, which are parsed once. */
    private record Shapes(List<String> longMethods, List<String> deepTernaries) {

        static final Shapes FOUND = find();

        private static Shapes find() {
            JavaCompiler compiler = ToolProvider.getSystemJavaCompiler();
            Shapes found = new Shapes(new ArrayList<>(), new ArrayList<>());
            try (StandardJavaFileManager manager =
                    compiler.getStandardFileManager(null, null, StandardCharsets.UTF_8)) {
                JavacTask task = (JavacTask) compiler.getTask(
                        null,
                        manager,
                        _ -> {},
                        List.of(),
                        null,
                        manager.getJavaFileObjectsFromPaths(Modules.sources()));
                SourcePositions positions = Trees.instance(task).getSourcePositions();
                for (CompilationUnitTree unit : task.parse()) {
                    found.add(unit, positions);
                }
            } catch (IOException e) {
                throw new UncheckedIOException(e);
            }
            return found;
        }

        private void add(CompilationUnitTree unit, SourcePositions positions) {
            LineMap lines = unit.getLineMap();
            Path file = Path.of(unit.getSourceFile().toUri()).getFileName();
            new TreeScanner<@Nullable Void, @Nullable Void>() {
                @Override
                public @Nullable Void visitMethod(MethodTree method, @Nullable Void nothing) {
                    long first = lines.getLineNumber(positions.getStartPosition(unit, method));
                    if (lines.getLineNumber(positions.getEndPosition(unit, method)) - first >= LINES_MAX) {
                        longMethods.add(file + " " + method.getName());
                    }
                    return super.visitMethod(method, nothing);
                }

                @Override
                public @Nullable Void visitConditionalExpression(
                        ConditionalExpressionTree ternary, @Nullable Void nothing) {
                    if (depth(ternary) > TERNARIES_MAX) {
                        deepTernaries.add(file + ":" + lines.getLineNumber(positions.getStartPosition(unit, ternary)));
                    }
                    return super.visitConditionalExpression(ternary, nothing);
                }
            }.scan(unit, null);
        }

        private static int depth(Tree tree) {
            return switch (tree) {
                case ParenthesizedTree inner -> depth(inner.getExpression());
                case ConditionalExpressionTree ternary ->
                    1
                            + Math.max(
                                    depth(ternary.getCondition()),
                                    Math.max(depth(ternary.getTrueExpression()), depth(ternary.getFalseExpression())));
                default -> 0;
            };
        }
    }

    /** An entry's origin is a column. {@code StrayRows} proves it against the whole id of its request. */
    @Test
    void no_reader_guesses_an_entry_by_its_id_or_reason() throws IOException {
        List<String> found = new ArrayList<>();
        for (String module : List.of("base", "ledger", "shared", "gateway", "portal", "verification", "app")) {
            try (Stream<Path> files = Files.walk(Path.of(module, "src/main/java"))) {
                for (Path file : files.filter(it -> it.toString().endsWith(".java")
                                && !it.endsWith("StrayRows.java")
                                && !it.endsWith("UsageSql.java") // of calls
                                && !it.endsWith("StrayJobs.java"))
                        .toList()) {
                    Matcher guess = GUESS.matcher(Files.readString(file));
                    while (guess.find()) {
                        found.add(file + ": " + guess.group());
                    }
                }
            }
        }
        assertThat(found).isEmpty();
    }

    /** A store's own test always may; else the manual of the tests has the reason. */
    @Test
    void a_server_is_tested_on_both_databases_for_a_reason() throws IOException {
        String reasons = Files.readString(Path.of("notes/testing.md"))
                .replaceAll("(?s).*### Which database|`HouseTest` compares.*", "");
        Set<String> named = new TreeSet<>();
        Matcher name = Pattern.compile("`(\\w+Test)`").matcher(reasons);
        while (name.find()) {
            named.add(name.group(1));
        }
        Set<String> found = new TreeSet<>();
        for (Path folder : Modules.tests()) {
            for (Path file : Modules.files(folder, "Test.java")) {
                String text = Files.readString(file);
                if (ON_BOTH.matcher(text).find()
                        && STARTS_A_SERVER.matcher(text).find()) {
                    found.add(file.getFileName().toString().replace(".java", ""));
                }
            }
        }
        assertThat(found).isEqualTo(named);
    }

    @Test
    void no_method_has_more_than_forty_lines() {
        assertThat(Shapes.FOUND.longMethods()).isEmpty();
    }

    @Test
    void no_conditional_expression_is_three_deep() {
        assertThat(Shapes.FOUND.deepTernaries()).isEmpty();
    }

    /** The number asks, and is no reason: a class keeps its own file, whatever its package has. One that grows is asked again. */
    @Test
    void a_package_of_many_classes_has_one_subject() {
        Map<String, Integer> found = new TreeMap<>();
        OurClasses.ALL.stream()
                .filter(it -> it.isTopLevelClass() && !it.getSimpleName().equals("package-info"))
                .forEach(
                        it -> found.merge(it.getPackageName().replaceFirst("dev\\.tollgate\\.?", ""), 1, Integer::sum));
        found.values().removeIf(classes -> classes <= CLASSES_ASKED);
        assertThat(found.keySet())
                .as(
                        "Which subjects are in it? Two of them get rooms of their own; of one, ONE_SUBJECT says what it is.")
                .isEqualTo(ONE_SUBJECT.keySet());
        assertThat(found).allSatisfy((name, classes) -> {
            Whole whole = ONE_SUBJECT.get(name);
            assertThat(classes)
                    .as(
                            "%s has one subject, %s: does its new class belong to that, or has it a room?",
                            name, whole.why())
                    .isLessThanOrEqualTo(whole.classes());
        });
    }

    /** The number asks: two ideas in a file are two files, and one idea stays whole. */
    @Test
    void no_further_file_has_more_than_four_hundred_lines() throws IOException {
        Map<String, Integer> found = new TreeMap<>();
        for (Path file : Modules.sources()) {
            found.put(file.toString(), Files.readAllLines(file).size());
        }
        found.values().removeIf(lines -> lines <= LINES_ASKED);
        assertThat(found).as("Which ideas are in it?").hasSizeLessThanOrEqualTo(LONG_FILES);
        assertThat(found).allSatisfy((file, lines) -> assertThat(lines).as(file).isLessThanOrEqualTo(FILE_LINES_MAX));
    }

    /** Returns the first words of each Javadoc comment that begins so, with its file. */
    private static Map<String, String> openers() throws IOException {
        Map<String, String> found = new TreeMap<>();
        for (Path file : Modules.sources()) {
            JAVADOC.matcher(Files.readString(file)).results().forEach(it -> {
                String[] words = it.group(1).replaceAll("[\\s*]+", " ").strip().split(" ");
                if (NO_OPENERS.contains(words[0].toLowerCase(Locale.ROOT).replaceAll("[^a-z]", ""))) {
                    found.put(
                            String.join(" ", Arrays.asList(words).subList(0, Math.min(8, words.length))),
                            file.toString());
                }
            });
        }
        return found;
    }
}
