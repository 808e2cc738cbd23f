package dev.tollgate.pages.docs;

import static dev.tollgate.testing.Asserts.assertThat;

import dev.tollgate.models.Catalogue;
import dev.tollgate.models.CatalogueLoader;
import dev.tollgate.models.Model;
import dev.tollgate.testing.Browser;
import dev.tollgate.testing.Gateway;
import java.io.IOException;
import java.net.http.HttpRequest;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.List;
import java.util.Set;
import java.util.TreeSet;
import java.util.regex.MatchResult;
import java.util.regex.Pattern;
import java.util.stream.Collectors;
import java.util.stream.Stream;
import org.jspecify.annotations.Nullable;
import org.junit.jupiter.api.Timeout;
import org.junit.jupiter.api.io.TempDir;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.EnumSource;

/** Samples of the documentation for developers name models that the server sells, whichever these are. */
@Timeout(240)
class SamplesTest {

    private static final Pattern CODE = Pattern.compile("(?s)<pre [^>]*data-language=\"(\\w+)\">(.*?)</pre>");
    private static final Pattern MODEL = Pattern.compile("(?:google/)?gemini-(?:\\d|embedding-)[a-z0-9.-]*");
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
        try (Gateway gateway = file == null ? Gateway.start() : Gateway.start("models.file", file.toString())) {
            Browser stranger = new Browser(gateway.url());
            Set<String> ids = catalogue.all().stream().map(Model::id).collect(Collectors.toCollection(TreeSet::new));
            List<String> faults = new ArrayList<>();
            int sent = 0;
            for (String path : paths()) {
                String html = stranger.get(path).body();
                assertThat(html).as(path).doesNotContain("{{", "<!--sample");
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
                        Gateway.Reply reply = answer(gateway, sample);
                        if (reply.text().contains("model_not_found")
                                || reply.text().contains("NOT_FOUND")) {
                            faults.add(path + ": " + text + reply.text());
                        }
                    }
                }
            }
            assertThat(faults).isEmpty();
            assertThat(sent).isGreaterThan(15);
            assertThat(stranger.get("/docs/clients").body().contains(Samples.Role.AGENT.missing()))
                    .isEqualTo(sold == Sold.FOREIGN);
            assertThat(stranger.get("/docs/embeddings.md").body().contains(Samples.Role.EMBEDDING.missing()))
                    .isEqualTo(sold == Sold.FOREIGN);
        }
    }

    /** Those for developers. */
    private static List<String> paths() {
        return Stream.of("/docs")
                .flatMap(first -> {
                    List<String> paths = new ArrayList<>();
                    Manual.Entry next = new Manual.Entry("", first, null);
                    while (next != null) {
                        paths.add(next.href());
                        next = Manual.ofThisProgram().contents(next.href()).after();
                    }
                    paths.remove(Manual.MODELS);
                    return paths.stream();
                })
                .toList();
    }

    private static Gateway.Reply answer(Gateway gateway, Sample sample) {
        HttpRequest.Builder request = gateway.request(sample.url().replace(gateway.url(), ""));
        sample.headers()
                .forEach((name, value) -> request.setHeader(name, value.replace("$TOLLGATE_KEY", Gateway.DEMO_KEY)));
        return gateway.send(request.method(
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
