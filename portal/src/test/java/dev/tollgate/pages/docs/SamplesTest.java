package dev.tollgate.pages.docs;

import static dev.tollgate.testing.Asserts.assertThat;
import static dev.tollgate.testing.Asserts.found;

import dev.tollgate.base.words.Language;
import dev.tollgate.keys.Scope;
import dev.tollgate.models.Catalogue;
import dev.tollgate.models.CatalogueLoader;
import dev.tollgate.models.Model;
import dev.tollgate.models.ModelLife;
import dev.tollgate.testing.Browser;
import dev.tollgate.testing.PortalServer;
import java.io.IOException;
import java.net.http.HttpRequest;
import java.nio.file.Files;
import java.nio.file.Path;
import java.time.Instant;
import java.util.ArrayList;
import java.util.HashMap;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import java.util.Set;
import java.util.TreeMap;
import java.util.TreeSet;
import java.util.regex.MatchResult;
import java.util.regex.Matcher;
import java.util.regex.Pattern;
import java.util.stream.Collectors;
import java.util.stream.Stream;
import org.jspecify.annotations.Nullable;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.Timeout;
import org.junit.jupiter.api.io.TempDir;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.EnumSource;

/** Samples of the documentation for developers name models that the server sells, whichever these are. */
@Timeout(240)
class SamplesTest {

    private static final Pattern CODE = Pattern.compile("(?s)<pre [^>]*data-language=\"(\\w+)\">(.*?)</pre>");
    private static final Pattern MODEL = Pattern.compile("(?:google/)?gemini-(?:\\d|embedding-|nano-)[a-z0-9.-]*");
    private static final Pattern LISTING = Pattern.compile("(?s)<pre [^>]*>(.*?)</pre>");
    private static final Pattern NAMED_KEY = Pattern.compile("\\$(\\w*KEY)");
    private static final String PASSWORD = "a password for the tests";
    private static final String FOREIGN = """
            models:
              - id: qwen/small
                aliases: []
                active: true
                upstream: gemini-2.5-flash
                answers_as: requested
                price:
                  version: qwen-small@1
                  input: 10
                  output: 20
                  reasoning: free
                  rounding: {rule: floor-total, step: 0.01, minimum: 0.01}
                usage: tokens
                defaults: {stream: true, include_thoughts: true, reasoning_effort: model, max_tokens: none}
                tools: {functions: false, search: false, together: false}
                response_format: {json: false, with_functions: false, with_search: false}

            """;

    enum Sold {
        BUILT_IN,
        DOCUMENTED,
        FOREIGN;

        /** @return null for the catalogue that is built in */
        private @Nullable Path file(Path folder) throws IOException {
            return switch (this) {
                case BUILT_IN -> null;
                case DOCUMENTED -> Path.of("models/gemini-all.yaml");
                case FOREIGN -> {
                    String built = Files.readString(Path.of("ledger/src/main/resources/models.yaml"));
                    yield Files.writeString(
                            folder.resolve("models.yaml"),
                            built.replaceAll(
                                    "(?s)\nmodels:\n.*?\n(upstream_models:)", "\n" + SamplesTest.FOREIGN + "$1"));
                }
            };
        }
    }

    @TempDir
    private Path folder;

    @ParameterizedTest
    @EnumSource
    void no_sample_names_a_model_that_is_not_sold(Sold sold) throws IOException {
        Path file = sold.file(folder);
        Catalogue catalogue = file == null ? CatalogueLoader.builtIn() : CatalogueLoader.load(file);
        try (PortalServer server =
                file == null ? PortalServer.start() : PortalServer.start("models.file", file.toString())) {
            Browser stranger = new Browser(server.url());
            Set<String> ids = catalogue.all().stream().map(Model::id).collect(Collectors.toCollection(TreeSet::new));
            List<String> faults = new ArrayList<>();
            int sent = 0;
            for (String path : paths("/docs")) {
                String html = stranger.get(path).body();
                assertThat(html.replaceAll("\\{\\{(baseUrl|apiKey)}}", "")) // of another program's template
                        .as(path)
                        .doesNotContain("{{", "<!--sample");
                for (MatchResult code : CODE.matcher(html).results().toList()) {
                    String text = plain(code.group(2));
                    MODEL.matcher(text)
                            .results()
                            .map(MatchResult::group)
                            .filter(id -> !code.group(1).equals("yaml") && !ids.contains(id))
                            .forEach(id -> faults.add(path + ": " + id));
                    Sample sample = code.group(1).equals("sh") ? Sample.ofCurl(text) : null;
                    if (sample != null && !sample.url().matches(".*[{].*")) {
                        sent++;
                        PortalServer.Reply reply = answer(server, sample);
                        if (reply.text().contains("model_not_found")
                                || reply.text().contains("NOT_FOUND")) {
                            faults.add(path + ": " + text + reply.text());
                        }
                    }
                }
            }
            assertThat(faults).isEmpty();
            assertThat(sent).isGreaterThan(15);
            assertThat(stranger.get("/docs/clients")
                            .body()
                            .contains(Samples.Role.AGENT.missing().english()))
                    .isEqualTo(sold == Sold.FOREIGN);
            assertThat(stranger.get("/docs/images")
                            .body()
                            .contains(Samples.Role.PICTURE.missing().english()))
                    .isEqualTo(sold == Sold.FOREIGN);
            assertThat(stranger.get("/docs/audio")
                            .body()
                            .contains(Samples.Role.SPEECH.missing().english()))
                    .isEqualTo(sold == Sold.FOREIGN);
            assertThat(stranger.get("/docs/embeddings.md")
                            .body()
                            .contains(Samples.Role.EMBEDDING.missing().english()))
                    .isEqualTo(sold == Sold.FOREIGN);
        }
    }

    @Test
    void nothing_offered_first_retires_within_sixty_days() throws IOException {
        Instant soon = Instant.now().plus(ModelLife.TOLD_BEFORE);
        Set<String> retiring = CatalogueLoader.builtIn().all().stream()
                .filter(model -> model.upstream().retirements().values().stream()
                        .anyMatch(end -> end.at().isBefore(soon)))
                .map(Model::id)
                .collect(Collectors.toSet());
        assertThat(retiring).contains("gemini-2.5-pro");
        Map<String, String> offers = new LinkedHashMap<>();
        Pattern listing = Pattern.compile("(?s)<pre [^>]*>.*?</pre>");
        try (PortalServer server = PortalServer.start("sign-up.credits", "100")) {
            Browser owner = new Browser(server.url()).signUp("ann@example.org", PASSWORD);
            String landing = new Browser(server.url()).get("/").body();
            offers.put("first row", first("<a href=\"/docs/models/([^\"]+)\"", landing));
            offers.put(
                    "first of the list",
                    first(
                            "<th [^>]*scope=\"row\".*?</th>",
                            owner.get("/docs/models").body()));
            offers.put(
                    "playground",
                    first(
                            "<option value=\"([^\"]+)\"[^>]* selected",
                            owner.get("/playground").body()));
            offers.put("landing", listings(listing, landing));
            offers.put("start", listings(listing, owner.get("/dashboard").body()));
            for (String path : paths("/docs")) {
                String html = owner.get(path).body();
                offers.put(path, listings(CODE, html.replaceAll("(?s)<pre [^>]*\"yaml\">.*?</pre>", "")));
            }
        }
        offers.put("README.md", listings(Pattern.compile("(?ms)^```.*?^```"), Files.readString(Path.of("README.md"))));
        assertThat(offers.values()).allSatisfy(offer -> assertThat(offer).isNotNull());
        offers.forEach((place, offer) -> assertThat(
                        MODEL.matcher(offer).results().map(MatchResult::group).filter(retiring::contains))
                .as(place)
                .isEmpty());
        assertThat(offers.get("playground")).isEqualTo("gemini-3-pro");
    }

    private static String first(String pattern, String html) {
        Matcher found = Pattern.compile("(?s)" + pattern).matcher(html);
        assertThat(found.find()).as(pattern).isTrue();
        return found.group(found.groupCount());
    }

    private static String listings(Pattern pattern, String text) {
        return pattern.matcher(text).results().map(MatchResult::group).collect(Collectors.joining("\n"));
    }

    /** Google says of a file or of cached contents that are not there that they may be another's. */
    private static int status(PortalServer.Reply reply) {
        boolean isNotThere =
                reply.text().contains("or it may not exist") || reply.text().contains("(or permission denied)");
        return isNotThere ? 404 : reply.status();
    }

    @Test
    void each_sample_is_let_in_with_the_key_that_it_names() {
        String admin = "admin-key-of-the-tests";
        try (PortalServer server = PortalServer.start(Map.of("TOLLGATE_ADMIN_KEY", admin), "sign-up.credits", "100")) {
            Browser owner = new Browser(server.url()).signUp("ann@example.org", PASSWORD);
            Map<String, String> scopes =
                    Stream.of(Scope.values()).collect(Collectors.toMap(scope -> "scope-" + scope.code(), _ -> "1"));
            Map<String, String> keys = Map.of(
                    "TOLLGATE_KEY",
                    key(owner, Map.of()),
                    "TOLLGATE_MANAGEMENT_KEY",
                    key(owner, scopes),
                    "TOLLGATE_ADMIN_KEY",
                    admin);
            List<String> faults = new ArrayList<>();
            Map<String, Integer> sent = new TreeMap<>();
            for (String path : Stream.of("/docs", "/docs/install")
                    .flatMap(book -> paths(book).stream())
                    .toList()) {
                String html = owner.get(path).body();
                for (String command : commands(html)) {
                    Matcher name = NAMED_KEY.matcher(command);
                    Sample sample = Sample.ofCurl(command);
                    if (!name.find() || sample == null) {
                        continue;
                    }
                    sent.merge(name.group(1), 1, Integer::sum);
                    String secret = keys.get(name.group(1));
                    int status = secret == null ? 401 : status(answer(server, sample, name.group(), secret));
                    boolean isLed = !name.group(1).contains("MANAGEMENT") || html.contains("keys/new?kind=management");
                    if (!isLed || status == 401 || status == 403) {
                        faults.add(path + ": " + status + " " + command);
                    }
                }
            }
            assertThat(faults).isEmpty();
            assertThat(sent.keySet()).isEqualTo(keys.keySet());
            assertThat(sent.get("TOLLGATE_MANAGEMENT_KEY")).isGreaterThan(30);
            assertThat(sent.values().stream().mapToInt(Integer::intValue).sum()).isGreaterThan(120);
        }
    }

    /** Makes a key on the page. @param scopes of a management key; empty for an API key */
    private static String key(Browser owner, Map<String, String> scopes) {
        Map<String, String> form = new HashMap<>(scopes);
        form.putAll(Map.of("name", "samples", "kind", scopes.isEmpty() ? "api" : "management", "proof", PASSWORD));
        return found(
                "sk-[0-9a-f]{64}",
                owner.submit("/dashboard/keys/new", "/dashboard/keys/new", form).body());
    }

    /** Returns the lines for curl of a page, without the files that they write. */
    private static List<String> commands(String html) {
        return LISTING.matcher(html)
                .results()
                .flatMap(listing -> Pattern.compile("(?m)^(?=\\w)").splitAsStream(plain(listing.group(1))))
                .filter(line -> line.startsWith("curl "))
                .map(line -> line.replaceAll(" > \\S+.*", "").strip())
                .toList();
    }

    /** Returns the paths of a book's pages except the list of models. @param first its first page */
    private static List<String> paths(String first) {
        List<String> paths = new ArrayList<>();
        Manual.Entry next = new Manual.Entry("", first, null, null);
        while (next != null) {
            paths.add(next.href());
            next = Manual.ofThisProgram()
                    .contents(next.href(), Language.ENGLISH)
                    .after();
        }
        paths.remove(Manual.MODELS);
        return paths;
    }

    private static PortalServer.Reply answer(PortalServer server, Sample sample) {
        return answer(server, sample, "$TOLLGATE_KEY", PortalServer.DEMO_KEY);
    }

    private static PortalServer.Reply answer(PortalServer server, Sample sample, String variable, String secret) {
        String path = sample.url().replace(server.url(), "").replaceAll("\\{\\w+}|[^/]*…", "none");
        HttpRequest.Builder request = server.request(path);
        sample.headers().forEach((name, value) -> request.setHeader(name, value.replace(variable, secret)));
        return server.send(request.method(
                sample.method(),
                sample.body() == null
                        ? HttpRequest.BodyPublishers.noBody()
                        : HttpRequest.BodyPublishers.ofString(sample.body().toString())));
    }

    private static String plain(String html) {
        return html.replace("&lt;", "<")
                .replace("&gt;", ">")
                .replace("&quot;", "\"")
                .replace("&#39;", "'")
                .replace("&amp;", "&");
    }
}
