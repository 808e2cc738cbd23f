package dev.tollgate.app;

import static dev.tollgate.testing.Asserts.assertThat;

import dev.tollgate.base.conversation.Effort;
import dev.tollgate.base.conversation.ImageSize;
import dev.tollgate.base.conversation.ServiceTier;
import dev.tollgate.base.words.Language;
import dev.tollgate.base.words.Languages;
import dev.tollgate.testing.Browser;
import dev.tollgate.testing.FilledInstallation;
import dev.tollgate.testing.ForeignText;
import dev.tollgate.testing.Gateway;
import dev.tollgate.testing.MarkedLanguages;
import dev.tollgate.testing.PageText;
import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.Arrays;
import java.util.Collection;
import java.util.Comparator;
import java.util.HashMap;
import java.util.HashSet;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import java.util.Set;
import java.util.TreeMap;
import java.util.TreeSet;
import java.util.regex.Matcher;
import java.util.regex.Pattern;
import java.util.stream.Collectors;
import java.util.stream.Stream;
import org.junit.jupiter.api.BeforeAll;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.Timeout;

/** The pages of a {@link FilledInstallation} in the languages that mark each sentence. */
@Timeout(300)
class PagesInLanguagesTest {

    private static final Path CEILING = Path.of("app/src/test/resources/words/pages.csv");
    private static final String HEAD = "district,texts";
    private static final String FRAME = "1 frame";

    /** Texts of as many districts are the frame's. */
    private static final int FRAME_DISTRICTS = 3;

    /** What a page's path begins with, and its district; the longest that fits counts. */
    private static final Map<String, String> DISTRICTS = new LinkedHashMap<>();

    static {
        for (String line : """
                / 3 door
                /dashboard 4 usage
                /dashboard/billing 5 billing
                /pay 5 billing
                /dashboard/members 6 organization
                /dashboard/teams 6 organization
                /dashboard/budgets 6 organization
                /dashboard/tags 6 organization
                /dashboard/webhooks 6 organization
                /dashboard/audit-log 6 organization
                /dashboard/settings 7 settings
                /dashboard/notices 7 settings
                /docs 7 settings
                /status 7 settings
                /playground 8 playground
                /console 9 console""".split("\n")) {
            DISTRICTS.put(line.split(" ")[0], line.substring(line.indexOf(' ') + 1));
        }
    }

    /** What fields of the playground send as it is. */
    private static final Set<String> SENT = Stream.of(
                    Effort.words(),
                    ImageSize.WORDS,
                    Stream.of(ServiceTier.values()).map(ServiceTier::word).toList())
            .flatMap(Collection::stream)
            .collect(Collectors.toSet());

    private static final Pattern MARKED = Pattern.compile("<html[^>]* lang=\"en-XA\"");

    /** What a page quotes in English, and names: in English they have no element of their own. */
    private static final Pattern QUOTED = Pattern.compile(
            "<p class=\"small muted\" lang=\"en\">[^<]*</p>|<span (?:lang=\"en\"|translate=\"no\")>[^<]*</span>");

    /** What pages in other languages than English say of texts that stay, and to their scripts. */
    private static final Pattern KEPT = Pattern.compile(" (?:lang=\"en\"|translate=\"no\"|data-words=\"[^\"]*\")");

    private static final Pattern TAG =
            Pattern.compile("<(/?[A-Za-z][\\w-]*)((?:\\s+[\\w:-]+(?:=\"[^\"]*\")?)*)\\s*/?>");

    /** The texts outside of sentences, by district. */
    private static final Map<String, Set<String>> FOUND = new TreeMap<>();

    /** A page on which a text is. */
    private static final Map<String, String> WHERE = new HashMap<>();

    /** Pages whose elements differ in the hostile language. */
    private static final List<String> OTHER_ELEMENTS = new ArrayList<>();

    /** Pages that were not the same when others asked for others. */
    private static final List<String> AT_ONCE = new ArrayList<>();

    private static int pages;

    @BeforeAll
    static void walk() throws Exception {
        List<Language> languages = new ArrayList<>(Languages.complete());
        languages.addAll(List.of(MarkedLanguages.ACCENTED, MarkedLanguages.HOSTILE));
        try (FilledInstallation used = new FilledInstallation(languages).filled()) {
            used.gateway().writeRefusals();
            new PagesGoldenTest.Collected(used, new Walk(names(used.gateway()))).all();
            languages.add(Language.ENGLISH);
            AT_ONCE.addAll(new LanguagesAtOnce(used, languages).differences());
        }
    }

    /** Returns the names that people have typed. */
    private static Pattern names(Gateway gateway) {
        Set<String> typed = new HashSet<>(List.of(
                "Ann",
                "Ben",
                "Cara",
                "Dora",
                "Eve",
                "Fred",
                "Search",
                "Ann Example",
                "Long Road",
                "Short Street",
                "Town",
                "a campaign",
                "for a fair",
                "the campaign is over",
                "by phone",
                "Village",
                "Tollgate Test Trading Ltd",
                "A fair on Sunday & Monday",
                "Calls took longer than usual.",
                "On Sunday some calls  may  take longer.",
                "a campaign",
                "the campaign is over",
                "feature, env",
                "https://my_hooks.example.org/a secret|{x}",
                "Tollgate Test Trading Ltd",
                "1 Long Road",
                "12345 Town"));
        for (String column : List.of(
                "account name",
                "person name",
                "person login",
                "team name",
                "api_key name",
                "billing_contact name",
                "billing_contact address",
                "entry reason",
                "audit_log reason",
                "voucher note",
                "announcement text")) {
            String[] parts = column.split(" ");
            String all = gateway.text("SELECT COALESCE(group_concat(DISTINCT " + parts[1] + "), '') FROM " + parts[0]);
            typed.addAll(Arrays.asList(all.split("[,\n]")));
        }
        return Pattern.compile(typed.stream()
                .filter(it -> it.length() > 1)
                .map(it -> it.replaceAll("[<>&\"']", " ")) // as the reader of the page leaves them
                .sorted(Comparator.comparingInt(String::length).reversed())
                .map(Pattern::quote)
                .collect(Collectors.joining("|", "", "|" + ForeignText.NAMES)));
    }

    private record Walk(Pattern names) implements PagesGoldenTest.Taking {

        @Override
        public Browser.Page ask(Browser browser, String path) {
            Browser.Page accented = browser.get(in(MarkedLanguages.ACCENTED, path));
            // a page of the documentation has elements that say what is English on it, in any other language
            Browser.Page usual = path.startsWith("/docs") ? accented : browser.get(path);
            String hostile = browser.get(in(MarkedLanguages.HOSTILE, path)).body();
            String difference = difference(elements(usual.body()), elements(hostile));
            if (!difference.isEmpty()) {
                OTHER_ELEMENTS.add(path + ": " + difference);
            }
            return accented;
        }

        @Override
        public Browser.Page send(Browser browser, String from, String path, Map<String, String> fields) {
            return browser.submit(from, in(MarkedLanguages.ACCENTED, path), fields);
        }

        @Override
        public void take(String name, String path, Browser.Page page) {
            pages++;
            if (MARKED.matcher(page.body()).find()) { // else it came before a language could be asked for
                String district = DISTRICTS.entrySet().stream()
                        .filter(it -> path.startsWith(it.getKey()))
                        .max(Comparator.comparingInt(it -> it.getKey().length()))
                        .orElseThrow()
                        .getValue();
                for (String text : ForeignText.in(PageText.of(page.body(), new HashMap<>()), names)) {
                    if (path.startsWith("/playground") && SENT.contains(text)) {
                        continue;
                    }
                    String found = text.replaceAll("\\d+", "#");
                    FOUND.computeIfAbsent(district, _ -> new TreeSet<>()).add(found);
                    WHERE.putIfAbsent(found, path);
                }
            }
        }
    }

    /** Returns the path of a page in a language. */
    static String in(Language language, String path) {
        int hash = path.indexOf('#');
        String page = hash < 0 ? path : path.substring(0, hash);
        return page + (page.contains("?") ? "&" : "?") + "lang=" + language.tag();
    }

    /** Returns the elements of a page with the names of their attributes. */
    private static List<String> elements(String html) {
        List<String> elements = new ArrayList<>();
        Matcher tag = TAG.matcher(QUOTED.matcher(html).replaceAll(""));
        while (tag.find()) {
            String attributes = tag.group(1).equals("html")
                    ? tag.group(2)
                    : KEPT.matcher(tag.group(2)).replaceAll("");
            elements.add(tag.group(1) + attributes.replaceAll("=\"[^\"]*\"", ""));
        }
        return elements;
    }

    private static String difference(List<String> one, List<String> other) {
        for (int i = 0; i < Math.max(one.size(), other.size()); i++) {
            String left = i < one.size() ? one.get(i) : "no more";
            String right = i < other.size() ? other.get(i) : "no more";
            if (!left.equals(right)) {
                return "element " + i + " is <" + right + "> instead of <" + left + ">";
            }
        }
        return "";
    }

    /** As the ceiling of {@code SentencesTest}; with {@code -Dwords=write} it is lowered. */
    @Test
    void no_further_text_is_outside_of_sentences() throws IOException {
        assertThat(pages).isGreaterThan(200);
        assertThat(FOUND).isNotEmpty();
        Map<String, Integer> counts = counts();
        Map<String, Integer> limits = new LinkedHashMap<>();
        for (String line : Files.readAllLines(CEILING)) {
            if (!line.equals(HEAD)) {
                limits.put(line.split(",")[0], Integer.parseInt(line.split(",")[1]));
            }
        }
        if ("write".equals(System.getProperty("words"))) {
            List<String> lines = new ArrayList<>(List.of(HEAD));
            limits.forEach(
                    (district, limit) -> lines.add(district + "," + Math.min(limit, counts.getOrDefault(district, 0))));
            Files.write(CEILING, lines);
            return;
        }
        Map<String, Set<String>> above = new TreeMap<>(FOUND);
        above.keySet().removeIf(it -> counts.getOrDefault(it, 0) <= limits.getOrDefault(it, 0));
        assertThat(above)
                .as("texts outside of sentences, in districts with more than " + CEILING + " allows")
                .isEmpty();
    }

    /** Counts the frame's texts once. */
    private static Map<String, Integer> counts() {
        Map<String, Integer> districts = new HashMap<>();
        FOUND.values().forEach(texts -> texts.forEach(it -> districts.merge(it, 1, Integer::sum)));
        Set<String> frame = new TreeSet<>(districts.keySet());
        frame.removeIf(it -> districts.getOrDefault(it, 0) < FRAME_DISTRICTS);
        Map<String, Integer> counts = new TreeMap<>(Map.of(FRAME, frame.size()));
        FOUND.forEach((district, texts) -> counts.put(
                district, (int) texts.stream().filter(it -> !frame.contains(it)).count()));
        System.out.println("texts outside of sentences: " + counts);
        if (System.getProperty("words.todo") != null) {
            FOUND.forEach((district, texts) -> texts.stream()
                    .filter(it -> !frame.contains(it))
                    .forEach(it -> System.out.println("  " + district + ": " + it + " (" + WHERE.get(it) + ")")));
            frame.forEach(it -> System.out.println("  " + FRAME + ": " + it + " (" + WHERE.get(it) + ")"));
        }
        return counts;
    }

    @Test
    void a_hostile_translation_brings_no_element_and_no_attribute() {
        assertThat(OTHER_ELEMENTS).isEmpty();
    }

    @Test
    void each_of_eight_readers_at_once_has_the_pages_of_their_own_language() {
        assertThat(AT_ONCE).isEmpty();
    }
}
