package dev.tollgate.upstreams.pool;

import static dev.tollgate.testing.Asserts.assertThat;

import dev.tollgate.http.client.Outbound;
import dev.tollgate.http.client.Timeouts;
import dev.tollgate.models.Catalogue;
import dev.tollgate.models.CatalogueLoader;
import dev.tollgate.testing.RsaKeys;
import dev.tollgate.upstreams.compat.CompatProvider;
import dev.tollgate.upstreams.gemini.GeminiMedia;
import dev.tollgate.upstreams.gemini.GeminiProvider;
import dev.tollgate.upstreams.gemini.KnownModels;
import dev.tollgate.upstreams.gemini.VertexProvider;
import io.vertx.core.Vertx;
import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.time.InstantSource;
import java.util.HashMap;
import java.util.List;
import java.util.Map;
import java.util.Set;
import java.util.regex.MatchResult;
import java.util.regex.Pattern;
import java.util.stream.Stream;
import org.junit.jupiter.api.AfterAll;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.MethodSource;

/** docs/channels.md shows files that are taken. */
class ChannelsDocTest {

    private static final GeminiMedia NO_FILES =
            new GeminiMedia(Set.of(), InstantSource.system(), GeminiMedia.BODY_BYTES_MAX);

    private static final Vertx VERTX = Vertx.vertx();
    private static final Pattern SNIPPET = Pattern.compile("```yaml\n(.*?)```", Pattern.DOTALL);

    @TempDir
    private Path folder;

    @AfterAll
    static void close() {
        VERTX.close().await();
    }

    static Stream<String> snippets() throws IOException {
        return SNIPPET.matcher(Files.readString(Path.of("docs/channels.md")))
                .results()
                .map((MatchResult found) -> found.group(1));
    }

    @ParameterizedTest
    @MethodSource("snippets")
    void every_file_in_the_documentation_is_taken_and_its_channels_open(String yaml) throws IOException {
        Files.writeString(
                folder.resolve("vertex.json"),
                "{\"type\":\"service_account\",\"client_email\":\"a@b\",\"project_id\":\"p-1\",\"token_uri\":\"https://oauth2.googleapis.com/token\",\"private_key\":\""
                        + RsaKeys.pem("\\n") + "\"}");
        Files.writeString(folder.resolve("express.key"), "a-key\n");
        Path file = folder.resolve("channels.yaml");
        Files.writeString(file, yaml.replace("/etc/tollgate", folder.toString()));

        PoolSpec pool = reader().read(file);
        List<ChannelSpec> channels = pool.channels();
        assertThat(channels).isNotEmpty();
        for (ChannelSpec channel : channels) {
            channel.opening().open().close();
            assertThat(channel.opening().toString()).doesNotContain("PRIVATE", "a-key", "from-the-environment");
        }
        assertThat(reader().read(file)).as("read again").isEqualTo(pool);
    }

    private static final Catalogue CATALOGUE = CatalogueLoader.builtIn();
    private static final KnownModels MODELS =
            new KnownModels(Set.copyOf(CATALOGUE.upstreamNames()), CATALOGUE::upstream);
    private static final List<Provider> PROVIDERS = List.of(
            new GeminiProvider(Outbound.direct(VERTX), MODELS, NO_FILES),
            new VertexProvider(Outbound.direct(VERTX), InstantSource.system(), MODELS, NO_FILES),
            new CompatProvider(Outbound.direct(VERTX), InstantSource.system()));

    private static ChannelsFile reader() {
        Map<String, String> models = new HashMap<>();
        CATALOGUE.all().forEach(model -> models.put(model.id(), model.upstream().name()));
        return new ChannelsFile(
                PROVIDERS, models, Timeouts.DEFAULT, name -> name.endsWith("_FILE") ? null : "from-the-environment");
    }

    @Test
    void there_are_snippets() throws IOException {
        assertThat(snippets()).hasSize(5);
    }
}
