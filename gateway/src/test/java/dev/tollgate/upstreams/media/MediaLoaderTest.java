package dev.tollgate.upstreams.media;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import dev.tollgate.base.error.ApiError;
import dev.tollgate.base.error.ApiException;
import dev.tollgate.base.error.ErrorCode;
import dev.tollgate.base.ids.KeyOwner;
import io.vertx.core.Vertx;
import io.vertx.core.http.HttpClientOptions;
import java.io.IOException;
import java.nio.charset.StandardCharsets;
import java.nio.file.Path;
import java.time.Duration;
import java.util.List;
import java.util.Objects;
import java.util.concurrent.CopyOnWriteArrayList;
import java.util.stream.Stream;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;

/** Stored files that calls name. */
class MediaLoaderTest {

    private static final KeyOwner OWNER = KeyOwner.account("key_1");
    private static final MediaLimits LIMITS =
            new MediaLimits(1 << 20, 2 << 20, 1 << 20, 8 << 20, Duration.ofSeconds(5), 1, 8, 4);

    private final Vertx vertx = Vertx.vertx();
    private final List<String> read = new CopyOnWriteArrayList<>();
    private final List<Long> counted = new CopyOnWriteArrayList<>();

    @TempDir
    Path folder;

    private MediaSpool spool;
    private MediaLoader loader;

    private record TextFile(String text, List<String> read) implements KeptFiles.Kept {

        @Override
        public String mimeType() {
            return "text/plain";
        }

        @Override
        public long length() {
            return text.length();
        }

        @Override
        public String sha256() {
            return Draft.sha256Hex(text.getBytes(StandardCharsets.US_ASCII));
        }

        @Override
        public byte[] read(long from) {
            read.add(text);
            return text.getBytes(StandardCharsets.US_ASCII);
        }
    }

    @BeforeEach
    void open() throws IOException {
        spool = MediaSpool.open(folder, LIMITS.spoolBytesMax());
        KeptFiles kept = (_, url) -> new TextFile(url.substring(url.lastIndexOf('/') + 1), read);
        loader = new MediaLoader(
                LIMITS,
                spool,
                kept,
                new Downloads(
                        vertx,
                        new Guard(Resolver.SYSTEM, AllowedPlaces.of(List.of())),
                        spool,
                        LIMITS,
                        new HttpClientOptions()));
    }

    @AfterEach
    void close() {
        loader.close();
        vertx.close();
    }

    private static List<WantedMedium> named(String... urls) {
        return Stream.of(urls)
                .map(url ->
                        (WantedMedium) new WantedMedium.Remote("file", url, new WantedMedium.Hint("text/plain", false)))
                .toList();
    }

    private void load(List<WantedMedium> wanted, CallMedia into) throws InterruptedException {
        loader.load("acc_1", OWNER, wanted, 0, counted::add, into);
    }

    @Test
    void files_with_the_same_bytes_are_read_once_for_a_call() throws InterruptedException {
        CallMedia media = new CallMedia();
        load(named("http://a/1/toll", "http://a/2/toll", "http://a/1/toll", "http://a/3/gate"), media);
        assertThat(read).containsExactlyInAnyOrder("toll", "gate");
        assertThat(counted).containsExactly(4L, 4L);
        Medium first = Objects.requireNonNull(media.get("http://a/1/toll"));
        assertThat(media.get("http://a/2/toll")).isSameAs(first);
        media.drop("http://a/1/toll");
        assertThat(first.retain()).as("the second still needs it").isTrue();
        first.release();
        media.release();
        assertThat(first.retain()).isFalse();
        assertThat(spool.memoryBytes() + spool.fileBytes()).isZero();
    }

    @Test
    void a_file_is_not_read_above_the_limit_of_reads() {
        CallMedia media = new CallMedia();
        ApiException above = ApiError.of(ErrorCode.RATE_LIMIT_EXCEEDED, "above").asException();
        assertThatThrownBy(() -> loader.load(
                        "acc_1",
                        OWNER,
                        named("http://a/1/toll"),
                        0,
                        _ -> {
                            throw above;
                        },
                        media))
                .isSameAs(above);
        assertThat(read).isEmpty();
        assertThat(media.get("http://a/1/toll")).isNull();
    }
}
