package dev.tollgate;

import static dev.tollgate.testing.Asserts.assertThat;

import dev.tollgate.testing.Modules;
import java.io.IOException;
import java.io.UncheckedIOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.LinkedHashSet;
import java.util.List;
import java.util.Locale;
import java.util.Set;
import java.util.TreeSet;
import java.util.regex.MatchResult;
import java.util.regex.Pattern;
import java.util.stream.IntStream;
import java.util.stream.Stream;
import org.junit.jupiter.api.Test;

/** Numbers that comments and pages cite exist in notes/, and links lead to a place. */
class CitationsTest {

    private static final Path PROTOCOL = Path.of("notes/protocol");
    private static final List<Path> PLACES = Stream.concat(
                    Modules.PROGRAM.stream(), Stream.of("testing", "src", "docs", "notes", "bench", "models"))
            .map(Path::of)
            .toList();
    private static final List<Path> SINGLE = Stream.of(
                    "README.md",
                    "ARCHITECTURE.md",
                    "CONTRIBUTING.md",
                    "CHANGELOG.md",
                    "SECURITY.md",
                    "tollgate",
                    "pom.xml")
            .map(Path::of)
            .toList();
    /** Not what others have made small: its letters mean nothing. */
    private static final Pattern TEXTS = Pattern.compile(".*(?<!\\.min)\\.(java|md|yaml|yml|sql|xml|js|mjs|txt)");

    /** In Java only comments count: strings hold many texts that look like our numbers. */
    private static final Pattern COMMENT = Pattern.compile("(?s)/\\*.*?\\*/|//[^\\n]*");

    private static final Pattern LINE_BREAK = Pattern.compile("\\s*\\n\\s*(?:\\*(?!/)|//|#)?\\s*");

    /** Numbers of rules, of every letter that a rule has or is to have; not the media type {@code audio/L16}. */
    private static final Pattern RULE = Pattern.compile("(?<![/.%])\\b[A-FHKLPTYZ][1-9]\\d?\\b(?!-)");

    private static final Pattern RULE_THAT_IS_SAID = Pattern.compile("<a id=\"([a-z][1-9]\\d?)\"></a>");
    private static final List<String> PAGES_OF_RULES = List.of(
            "decisions.md",
            "gemini.md",
            "google.md",
            "prices.md",
            "catalogue.md",
            "year.md",
            "reselling.md",
            "languages.md");
    private static final Pattern SECTIONS = Pattern.compile(
            "\\bprotocol (\\d\\.\\d+(?:, rule \\d)?(?:(?:, | and | to |, and )\\d\\.\\d+(?:, rule \\d)?)*)");
    private static final Pattern SECTION = Pattern.compile("(\\d\\.\\d+)(?:, (rule \\d))?");
    private static final Pattern GUARANTEE = Pattern.compile("\\b[BGSXO]-\\d\\d\\b");
    private static final Pattern CONTRACT = Pattern.compile("\\bS00\\d\\b");
    private static final Pattern RECORD = Pattern.compile("\\bdecision (\\d+)\\b");

    /** Documents that a reader of the repository cannot open. */
    private static final Pattern ELSEWHERE = Pattern.compile("\\b(wire|house|complaints|platforms|doors|pages)\\.md\\b"
            + "|\\bcomplaints? [A-Z]-\\d|\\boperations\\.md [A-Z]?\\d|\\bissue \\d+, point");

    private record Text(Path file, String words) {
        List<String> all(Pattern pattern) {
            return pattern.matcher(words).results().map(this::whole).toList();
        }

        private String whole(MatchResult found) {
            return found.group(found.groupCount() == 0 ? 0 : 1);
        }
    }

    @Test
    void each_rule_that_is_cited_is_there() {
        Set<String> rules = new TreeSet<>(results(Pattern.compile("(?m)^\\| (F\\d+) \\|"), read("guarantees.md")));
        for (String page : PAGES_OF_RULES) {
            results(RULE_THAT_IS_SAID, read(PROTOCOL.resolve(page)))
                    .forEach(rule -> rules.add(rule.toUpperCase(Locale.ROOT)));
        }
        assertThat(cited(RULE, rules)).isEmpty();
    }

    /** A number without a sentence would only move the question to another page. */
    @Test
    void each_rule_has_a_name_and_a_reason() {
        for (String page : PAGES_OF_RULES) {
            for (String rule : read(PROTOCOL.resolve(page)).split("\\n- (?=<a id=\"[a-z]\\d)")) {
                assertThat(rule).as(page).hasSizeGreaterThan(70);
            }
        }
    }

    @Test
    void each_section_and_rule_of_the_protocol_that_is_cited_is_there() {
        Set<String> sections = new TreeSet<>();
        for (String page : List.of("gemini.md", "openai.md", "translation.md")) {
            for (String section : read(PROTOCOL.resolve(page)).split("\n## ")) {
                List<String> number = results(Pattern.compile("^<a id=\"([\\d.]+)\"></a>\\1 "), section);
                number.forEach(sections::add);
                number.forEach(it -> results(Pattern.compile("(?m)^(\\d)\\. "), section)
                        .forEach(rule -> sections.add(it + ", rule " + rule)));
            }
        }
        List<String> missing = new ArrayList<>();
        for (Text text : texts()) {
            for (String list : text.all(SECTIONS)) {
                SECTION.matcher(list)
                        .results()
                        .map(MatchResult::group)
                        .filter(section -> !sections.contains(section))
                        .forEach(section -> missing.add(text.file() + " cites protocol " + section));
            }
        }
        assertThat(sections).hasSizeGreaterThan(20);
        assertThat(missing).isEmpty();
    }

    @Test
    void each_guarantee_that_is_cited_is_there() {
        Set<String> rows =
                new TreeSet<>(results(Pattern.compile("(?m)^\\| ([BGSXO]-\\d\\d) \\|"), read("guarantees.md")));
        assertThat(rows).hasSizeGreaterThan(40);
        assertThat(cited(GUARANTEE, rows)).isEmpty();
    }

    @Test
    void each_page_of_the_contract_that_is_cited_is_there() {
        assertThat(cited(CONTRACT, defined("openai.md", "(?m)^\\| (S00\\d) \\|")))
                .isEmpty();
    }

    @Test
    void each_record_of_a_decision_that_is_cited_is_there() throws IOException {
        try (Stream<Path> files = Files.list(Path.of("notes/decisions"))) {
            Set<String> records = new TreeSet<>();
            files.forEach(file -> records.addAll(results(Pattern.compile("^(\\d{4})-"), name(file))));
            assertThat(cited(RECORD, records)).isEmpty();
        }
    }

    @Test
    void no_number_of_the_protocol_stands_for_two_things_and_none_is_left_out() {
        assertThat(results(Pattern.compile("\\*\\*D(\\d+) "), read("protocol/decisions.md")))
                .containsExactlyElementsOf(
                        IntStream.rangeClosed(1, 61).mapToObj(Integer::toString).toList());
        assertThat(results(Pattern.compile("<a id=\"d(\\d+)\"></a>\\*\\*D\\1 "), read("protocol/decisions.md")))
                .hasSize(61);
        assertThat(results(Pattern.compile("<a id=\"e(\\d+)\"></a>\\*\\*E\\1[ *]"), read("protocol/decisions.md")))
                .as("the decisions on further doors")
                .doesNotHaveDuplicates()
                .hasSizeGreaterThan(40);
        List<String> sections = Stream.of("gemini.md", "openai.md", "translation.md")
                .flatMap(page ->
                        results(Pattern.compile("<a id=\"([\\d.]+)\"></a>\\1 "), read("protocol/" + page)).stream())
                .toList();
        assertThat(sections).doesNotHaveDuplicates();
    }

    @Test
    void nothing_is_cited_that_a_reader_of_the_repository_cannot_open() {
        List<String> found = new ArrayList<>();
        for (Text text : texts()) {
            ELSEWHERE.matcher(text.words()).results().forEach(it -> found.add(text.file() + " cites " + it.group()));
        }
        assertThat(found).isEmpty();
    }

    @Test
    void each_link_of_a_page_leads_to_a_file_and_a_place_in_it() {
        List<String> broken = new ArrayList<>();
        for (Path file : files()) {
            if (!name(file).endsWith(".md")) {
                continue;
            }
            for (String link : results(Pattern.compile("\\]\\(([^)\\s]+)\\)"), read(file))) {
                if (!link.contains("://") && !leadsSomewhere(file, link)) {
                    broken.add(file + " links to " + link);
                }
            }
        }
        assertThat(broken).isEmpty();
    }

    /** By its simple name a class of the same package, else of the package that is named. */
    @Test
    void each_class_that_a_package_page_links_to_exists() {
        List<String> broken = new ArrayList<>();
        List<Path> sources = new ArrayList<>(Modules.sources());
        Modules.tests().forEach(it -> sources.addAll(Modules.files(it, ".java")));
        for (Path file : files()) {
            if (!name(file).equals("package-info.java")) {
                continue;
            }
            for (String type : results(Pattern.compile("\\{@(?:link|value) ([\\w.]+)"), read(file))) {
                String simple = type.replaceFirst("^[a-z.]+", "").replaceFirst("\\..*", "") + ".java";
                String end = type.startsWith("dev.tollgate.")
                        ? type.split("\\.(?=[A-Z])", 2)[0].replace('.', '/') + "/" + simple
                        : file.resolveSibling(simple).toString();
                if (sources.stream().noneMatch(it -> it.endsWith(end))) {
                    broken.add(file + " links to " + type);
                }
            }
        }
        assertThat(broken).isEmpty();
    }

    /** A room of a room stands with its parent: {@code pages/dashboard} has one for each of its paths. */
    @Test
    void each_package_stands_in_the_table_of_districts() {
        String page = read(Path.of("ARCHITECTURE.md"));
        Set<String> missing = new TreeSet<>();
        for (String[] folders : packages()) {
            List<String> row = results(Pattern.compile("(?m)^\\|[^|]*\\| `" + folders[0] + "` (\\|.*)$"), page);
            if (row.isEmpty() || folders.length > 1 && !row.getFirst().contains("`" + folders[1] + "`")) {
                missing.add(String.join("/", folders));
            }
        }
        assertThat(missing).isEmpty();
    }

    private static List<String[]> packages() {
        List<String[]> packages = Modules.sources().stream()
                .map(file -> file.getParent().toString().split("/dev/tollgate/", 2))
                .filter(parts -> parts.length == 2)
                .map(parts -> parts[1])
                .distinct()
                .map(folders -> folders.split("/"))
                .toList();
        assertThat(packages).hasSizeGreaterThan(80);
        return packages;
    }

    @Test
    void each_class_that_the_architecture_names_with_its_package_exists() {
        List<String> names = results(Pattern.compile("`((?:[a-z]+/)+[A-Z]\\w*)"), read(Path.of("ARCHITECTURE.md")));
        assertThat(names).hasSizeGreaterThan(100);
        assertThat(names).allMatch(name -> Modules.sources().stream().anyMatch(file -> file.endsWith(name + ".java")));
    }

    private static boolean leadsSomewhere(Path from, String link) {
        String[] parts = link.split("#", 2);
        Path target = parts[0].isEmpty() ? from : from.resolveSibling(parts[0]).normalize();
        if (!Files.exists(target)) {
            return false;
        }
        return parts.length == 1
                || (Files.isRegularFile(target) && anchors(read(target)).contains(parts[1]));
    }

    private static Set<String> anchors(String page) {
        Set<String> anchors = new LinkedHashSet<>(results(Pattern.compile("<a id=\"([^\"]+)\"></a>"), page));
        for (String heading : results(Pattern.compile("(?m)^#{1,6} (.+)$"), page)) {
            anchors.add(heading.toLowerCase(Locale.ROOT)
                    .replaceAll("[^\\p{L}\\p{N} _-]", "")
                    .replace(' ', '-'));
        }
        return anchors;
    }

    private static List<String> cited(Pattern pattern, Set<String> defined) {
        assertThat(defined).isNotEmpty();
        List<String> missing = new ArrayList<>();
        for (Text text : texts()) {
            for (String number : text.all(pattern)) {
                if (!defined.contains(number)) {
                    missing.add(text.file() + " cites " + number);
                }
            }
        }
        return missing;
    }

    private static Set<String> defined(String page, String pattern) {
        return new TreeSet<>(results(Pattern.compile(pattern), read(PROTOCOL.resolve(page))));
    }

    private static List<Text> texts() {
        return Read.TEXTS;
    }

    /** Read once for all that is looked for. */
    private static final class Read {

        static final List<Text> TEXTS = readAll();
    }

    private static List<Text> readAll() {
        return files().stream()
                .filter(file -> !name(file).equals("CitationsTest.java"))
                .map(file -> new Text(file, LINE_BREAK.matcher(words(file)).replaceAll(" ")))
                .toList();
    }

    private static String words(Path file) {
        String text = read(file);
        if (!name(file).endsWith(".java")) {
            return text;
        }
        StringBuilder comments = new StringBuilder();
        COMMENT.matcher(text).results().forEach(it -> comments.append(it.group())
                .append('\n'));
        return comments.toString();
    }

    private static List<Path> files() {
        List<Path> files = new ArrayList<>(SINGLE);
        for (Path place : PLACES) {
            try (Stream<Path> below = Files.walk(place)) {
                below.filter(file -> TEXTS.matcher(name(file)).matches())
                        .filter(file -> !file.toString().matches(".*/(?:node_modules|target)/.*"))
                        .forEach(files::add);
            } catch (IOException e) {
                throw new UncheckedIOException(e);
            }
        }
        return files;
    }

    private static String name(Path file) {
        return file.getFileName().toString();
    }

    private static List<String> results(Pattern pattern, String text) {
        return pattern.matcher(text).results().map(it -> it.group(1)).toList();
    }

    private static String read(String page) {
        return read(Path.of("notes").resolve(page));
    }

    private static String read(Path file) {
        try {
            return Files.readString(file);
        } catch (IOException e) {
            throw new UncheckedIOException(e);
        }
    }
}
