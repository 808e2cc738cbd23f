package dev.tollgate.pages.docs;

import static dev.tollgate.testing.Asserts.assertThat;

import dev.tollgate.base.words.Language;
import dev.tollgate.testing.Browser;
import dev.tollgate.testing.PortalServer;
import java.io.IOException;
import java.net.Socket;
import java.net.URI;
import java.net.URLEncoder;
import java.net.http.HttpClient;
import java.net.http.HttpRequest;
import java.net.http.HttpResponse;
import java.nio.charset.StandardCharsets;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.ArrayDeque;
import java.util.ArrayList;
import java.util.Deque;
import java.util.HashMap;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import java.util.regex.MatchResult;
import java.util.regex.Pattern;
import java.util.stream.Collectors;
import java.util.stream.Stream;
import org.junit.jupiter.api.AfterAll;
import org.junit.jupiter.api.BeforeAll;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.CsvSource;
import org.junit.jupiter.params.provider.ValueSource;

/** The documentation inside the program. */
class ManualTest {

    private static final Pattern LINK = Pattern.compile(" href=\"([^\"]*)\"");
    private static final int PAGE_BYTES_MAX = 80_000;

    /** A page with its files, as they are sent, and the bytes of the heads of one answer. */
    private static final int SENT_BYTES_MAX = 100_000;

    private static final int HEAD_BYTES = 600;
    private static final Pattern ASSET = Pattern.compile("/assets/[^\"#]+");

    @TempDir
    private static Path folder;

    private static PortalServer server;
    private static Browser stranger;

    /** The catalogue that is built in, with a limit and an alias on one of its models. */
    @BeforeAll
    static void start() throws IOException {
        String built = Files.readString(Path.of("ledger/src/main/resources/models.yaml"));
        String row = "  - id: gemini-3-pro\n    aliases: []\n";
        assertThat(built).contains(row);
        String changed = row.replace("[]", "[three]") + "    rates: {requests: 120, concurrency: 7}\n";
        Path models = Files.writeString(folder.resolve("models.yaml"), built.replace(row, changed));
        server = PortalServer.start("models.file", models.toString());
        stranger = new Browser(server.url());
    }

    @AfterAll
    static void stop() {
        server.close();
    }

    /** All pages that can be reached, by path. */
    private static Map<String, String> pages(Browser browser) {
        Map<String, String> pages = new LinkedHashMap<>();
        Deque<String> todo = new ArrayDeque<>(List.of("/docs"));
        while (!todo.isEmpty()) {
            String path = todo.pop();
            if (!pages.containsKey(path)) {
                Browser.Page page = browser.get(path);
                assertThat(page.status()).as(path).isEqualTo(200);
                pages.put(path, page.body());
                links(page.body()).stream()
                        .map(link -> link.replaceFirst("[?#].*", "")) // the list of models has many orders
                        .filter(link -> link.equals("/docs") || link.startsWith("/docs/") && !link.endsWith(".md"))
                        .forEach(todo::push);
            }
        }
        return pages;
    }

    private static List<String> links(String html) {
        return LINK.matcher(html).results().map(match -> match.group(1)).toList();
    }

    private static List<Finder.Place> find(String question, Book book) {
        return Manual.ofThisProgram().find(question, book, Language.ENGLISH).stream()
                .map(Manual.Found::place)
                .toList();
    }

    @Test
    void every_link_of_every_page_leads_to_a_page_and_a_heading_that_are_there() {
        Map<String, String> pages = pages(stranger);
        assertThat(pages)
                .containsKeys(
                        "/docs/api",
                        "/docs/chat-completions",
                        "/docs/errors-and-retries",
                        "/docs/limits",
                        "/docs/keys",
                        "/docs/billing",
                        "/docs/monitoring",
                        "/docs/performance",
                        "/docs/security",
                        "/docs/models",
                        "/docs/models/google/gemini-2.5-pro");
        pages.forEach((path, html) -> links(html).forEach(link -> {
            assertThat(link)
                    .as("a link of %s", path)
                    .matches("(/|#|https?://).*")
                    .doesNotContainPattern("^(?!/docs/).*\\.md");
            int hash = link.indexOf('#');
            String page = hash == 0 ? html : pages.get(hash < 0 ? link : link.substring(0, hash));
            if (hash >= 0 && page != null) {
                assertThat(page).as("%s of %s", link, path).contains(" id=\"" + link.substring(hash + 1) + "\"");
            }
        }));
    }

    @Test
    void every_page_has_one_title_no_id_twice_and_at_most_80_kb() {
        pages(stranger).forEach((path, html) -> {
            assertThat(Pattern.compile("<h1[ >]").matcher(html).results().count())
                    .as(path)
                    .isOne();
            assertThat(Pattern.compile(" id=\"([^\"]*)\"")
                            .matcher(html)
                            .results()
                            .map(MatchResult::group))
                    .as(path)
                    .doesNotHaveDuplicates();
            assertThat(html.getBytes(StandardCharsets.UTF_8).length).as(path).isLessThan(PAGE_BYTES_MAX);
        });
    }

    @ParameterizedTest
    @ValueSource(booleans = {false, true})
    void no_page_with_its_files_has_more_than_100_kb_as_sent(boolean isSignedIn) {
        Browser reader = isSignedIn
                ? new Browser(server.url()).signUp("reader@example.com", "a sentence nobody else has")
                : stranger;
        Map<String, Integer> files = new HashMap<>();
        pages(reader).forEach((path, html) -> {
            int sent = sent(reader, path);
            for (String file :
                    ASSET.matcher(html).results().map(MatchResult::group).collect(Collectors.toSet())) {
                sent += files.computeIfAbsent(file, _ -> sent(reader, file));
            }
            assertThat(sent).as(path).isLessThanOrEqualTo(SENT_BYTES_MAX);
        });
        assertThat(files).hasSizeGreaterThan(2);
    }

    @Test
    void a_page_with_a_query_is_not_packed_for_its_reader() {
        Browser reader = new Browser(server.url()).signUp("other@example.com", "a sentence nobody else has");
        assertThat(packed(reader, "/docs").headers().firstValue("content-encoding"))
                .contains("gzip");
        assertThat(packed(reader, "/docs?word=mine").headers().firstValue("content-encoding"))
                .isEmpty();
    }

    /** Returns the bytes of an answer to a browser, which reads gzip. */
    private static int sent(Browser reader, String path) {
        return packed(reader, path).body().length + HEAD_BYTES;
    }

    private static HttpResponse<byte[]> packed(Browser reader, String path) {
        HttpRequest request = HttpRequest.newBuilder(URI.create(server.url() + path))
                .header("accept", "text/html,*/*")
                .header("accept-encoding", "gzip, deflate, br, zstd")
                .header("cookie", reader.cookies())
                .build();
        try (HttpClient client = HttpClient.newHttpClient()) {
            return client.send(request, HttpResponse.BodyHandlers.ofByteArray());
        } catch (IOException | InterruptedException e) {
            throw new AssertionError(e);
        }
    }

    @ParameterizedTest
    @ValueSource(strings = {"trials", "decisions", "protocol", "scale", "nothing", "%3Ci%3Ex"})
    void what_is_for_those_who_build_it_is_not_there(String page) {
        Browser.Page answer = stranger.get("/docs/" + page);
        assertThat(answer.status()).isEqualTo(404);
        assertThat(answer.body()).doesNotContain("<i>x");
    }

    @Test
    void the_pages_of_a_book_lead_to_each_other_one_by_one() {
        for (String book : List.of("/docs", "/docs/install")) {
            String path = book;
            String before = null;
            List<String> read = new ArrayList<>();
            while (path != null) {
                Manual.Contents around = Manual.ofThisProgram().contents(path, Language.ENGLISH);
                assertThat(around.before() == null ? null : around.before().href())
                        .isEqualTo(before);
                String page = stranger.get(path).body();
                if (!path.equals(Manual.MODELS)) { // it needs the width of the list of pages
                    assertThat(page).contains("<a href=\"%s\" aria-current=\"page\">".formatted(path));
                }
                read.add(path);
                before = path;
                path = around.after() == null ? null : around.after().href();
                if (path != null && !before.equals(Manual.MODELS)) {
                    assertThat(page).contains("<a rel=\"next\" href=\"" + path + "\">");
                }
            }
            assertThat(read).hasSizeGreaterThan(10).doesNotHaveDuplicates();
        }
    }

    @Test
    void a_link_out_of_the_shelf_becomes_words() {
        assertThat(stranger.get("/docs/configuration").body())
                .contains("models/gemini-all.yaml")
                .doesNotContain("href=\"../models");
    }

    @Test
    void every_file_of_the_shelf_is_shown_without_links_to_notes() throws IOException {
        try (Stream<Path> files = Files.list(Path.of("docs"))) {
            List<Path> pages =
                    files.filter(file -> file.toString().endsWith(".md")).toList();
            assertThat(pages).hasSizeGreaterThan(10).allSatisfy(file -> {
                String name = file.getFileName().toString().replace(".md", "");
                assertThat(stranger.get(name.equals("quickstart") ? "/docs" : "/docs/" + name)
                                .status())
                        .isEqualTo(200);
                assertThat(Files.readString(file)).doesNotContain("notes/", "ARCHITECTURE.md", "CONTRIBUTING.md");
            });
        }
    }

    @Test
    void a_command_names_the_server_that_shows_it() {
        assertThat(stranger.get("/docs").body())
                .contains("curl " + server.url() + "/v1/chat/completions")
                .doesNotContain("127.0.0.1:8080");
    }

    @ParameterizedTest
    @ValueSource(
            strings = {"localhost:<script>", "localhost:80'x", "[::1&amp;]", "[x]", "127.0.0.1:8080/x", "localhost:"})
    void what_a_request_says_of_the_servers_name_stands_on_no_page_unless_it_is_one_of_ours(String host)
            throws IOException {
        int port = Integer.parseInt(server.url().replaceAll(".*:", ""));
        for (String path : List.of("/docs", "/docs/models/gemini-2.5-pro")) {
            try (Socket socket = new Socket("127.0.0.1", port)) {
                String request = "GET " + path + " HTTP/1.1\r\nHost: " + host + "\r\nConnection: close\r\n\r\n";
                socket.getOutputStream().write(request.getBytes(StandardCharsets.US_ASCII));
                assertThat(new String(socket.getInputStream().readAllBytes(), StandardCharsets.UTF_8))
                        .startsWith("HTTP/1.1 4")
                        .doesNotContain("curl http", host);
            }
        }
    }

    @Test
    void markup_in_a_file_is_shown_and_not_obeyed() {
        Chapter chapter = Chapter.read(
                        "x.md", "# A <b>title</b>\n\n<script>alert(1)</script>\n\n[a](javascript:alert(2))\n", false)
                .getFirst();
        assertThat(chapter.html(Map.of())).contains("&lt;script&gt;").doesNotContain("<script", "<b>", "javascript:");
    }

    @Test
    void the_list_of_models_has_prices_and_the_day_of_a_change() {
        assertThat(stranger.get("/docs/models").body())
                .containsPattern("(?s)>gemini-3-pro</a>.{1,900}>\\$0.80</td>")
                .containsPattern("(?s)>gemini-2.5-pro</a>.{1,200}changes on 1 Dec</a>.{1,900}>\\$0.285</td>");
        assertThat(stranger.get("/docs/models/gemini-3-pro").body())
                .contains("120 requests per minute, 7 concurrent calls");
        assertThat(stranger.get("/docs/models?can=changing").body())
                .contains("retires this model on 1 Dec 2026. gemini-3.8-flash will then answer in its place.")
                .doesNotContain(">gemini-3-pro</a>");
    }

    @Test
    void a_model_has_a_page_under_its_id_and_its_aliases() {
        assertThat(stranger.get("/docs/models/google/gemini-2.5-pro").body())
                .contains("<h1>google/gemini-2.5-pro</h1>", "262.5 credits", "billed as output", "512 tokens")
                .contains("functions or web search", "yes, not with functions");
        String alias = stranger.get("/docs/models/three").body();
        assertThat(alias).contains("<h1>gemini-3-pro</h1>", "Aliases: three");
        assertThat(stranger.get("/docs/models/gemini-9").status()).isEqualTo(404);
    }

    @Test
    void who_is_signed_in_reads_it_inside_the_dashboard() {
        Browser member = new Browser(server.url()).signUp("reader@example.org", "the reader of the tests");
        assertThat(member.get("/docs/billing").body())
                .contains("data-figure=\"balance\"", "href=\"/docs\" aria-current=\"page\"");
        assertThat(member.get("/docs/models").body())
                .contains("class=\"item\" href=\"/docs/models\" aria-current=\"page\"")
                .doesNotContain("class=\"item\" href=\"/docs\" aria-current=\"page\"");
        assertThat(stranger.get("/docs/billing").body()).doesNotContain("data-figure");
    }

    @Test
    void a_page_is_found_at_its_earlier_address_too() {
        assertThat(stranger.get("/docs/quickstart").location()).isEqualTo("/docs");
        assertThat(stranger.get("/docs/errors").location()).isEqualTo("/docs/errors-and-retries");
        for (String old : List.of("rates", "connections", "counts-of-tokens")) {
            String place = stranger.get("/docs/" + old).location();
            assertThat(place).startsWith("/docs/limits#");
            assertThat(stranger.get("/docs/limits").body()).contains(" id=\"" + place.replaceAll(".*#", "") + "\"");
        }
        for (String old : List.of("operations", "reference/calls", "reference/operator")) {
            assertThat(stranger.get(stranger.get("/docs/" + old).location()).status())
                    .as(old)
                    .isEqualTo(200);
        }
    }

    @Test
    void each_page_is_there_as_Markdown_and_listed_for_programs() {
        String list = stranger.get("/llms.txt").body();
        for (String path : Manual.ofThisProgram().paths()) {
            String file = (path.equals("/docs") ? "/docs/quickstart" : path) + ".md";
            assertThat(list).contains("](" + server.url() + file + ")");
            Browser.Page page = stranger.get(file);
            assertThat(page.status()).as(file).isEqualTo(200);
            assertThat(page.body().replaceAll("\\{\\{(baseUrl|apiKey)}}", "")) // cc-switch's own
                    .as(file)
                    .startsWith("# ")
                    .doesNotContain("{{", "http://127.0.0.1:8080", "<!--");
        }
        assertThat(stranger.get("/docs/nothing.md").status()).isEqualTo(404);
    }

    @ParameterizedTest
    @CsvSource({
        "idempotency-key, /docs/chat-completions#idempotency-key",
        "mail.PORT, /docs/configuration#mailport",
        "response_format, /docs/reference/chat#createChatCompletion",
        "x-tollgate-session, /docs/reference/chat#createChatCompletion"
    })
    void a_search_finds_headings_settings_and_fields(String question, String place) {
        String asked = "/docs/search?q=" + URLEncoder.encode(question, StandardCharsets.UTF_8);
        assertThat(stranger.get(asked).body()).contains("<h1>Search the documentation</h1>", "href=\"" + place + "\"");
        assertThat(stranger.get(asked + "&list=1").body())
                .contains("href=\"" + place + "\"")
                .doesNotContain("<html");
    }

    @Test
    void a_search_answers_little_whatever_it_is_asked() {
        for (String question : List.of("", "%20", "e", "<script>alert(1)</script>".repeat(20), "nothing%20of%20this")) {
            Browser.Page page = stranger.get(
                    "/docs/search?list=1&q=" + question.replace("<", "%3C").replace(">", "%3E"));
            assertThat(page.status()).isEqualTo(200);
            assertThat(page.body().length()).isLessThan(12_000);
            assertThat(page.body()).doesNotContain("<script>");
        }
        assertThat(find("e", Book.DEVELOPERS)).hasSize(Finder.PLACES_MAX);
        assertThat(find("response_format", Book.DEVELOPERS).getFirst().title()).isEqualTo("response_format");
        assertThat(find("limit", Book.DEVELOPERS).stream().map(place -> place.title() + place.text()))
                .doesNotHaveDuplicates()
                .first()
                .asString()
                .startsWith("Limits");
    }

    @Test
    void a_model_of_embeddings_has_no_price_of_output_or_thoughts() {
        assertThat(stranger.get("/docs/models/gemini-embedding-2").body())
                .contains("<dt>Input, per million tokens</dt>", "<dt>Dimensions</dt>")
                .doesNotContain("<dt>Output", "<dt>Thoughts", "<dt>Task types");
    }

    @Test
    void an_address_of_the_documentation_is_a_link() {
        assertThat(stranger.get("/docs").body()).contains(" href=\"/docs/reference\"><code>");
    }
}
