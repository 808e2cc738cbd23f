package dev.tollgate.upstreams;

import static dev.tollgate.testing.Asserts.assertThat;

import dev.tollgate.testing.Channels;
import dev.tollgate.testing.Customer;
import dev.tollgate.testing.Gateway;
import dev.tollgate.testing.HandServer;
import dev.tollgate.testing.RunningServer.Reply;
import java.io.IOException;
import java.io.OutputStream;
import java.nio.charset.StandardCharsets;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.List;
import java.util.Map;
import java.util.concurrent.atomic.AtomicInteger;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.Timeout;
import tools.jackson.databind.JsonNode;

/** The disk of {@code media/} takes nothing: here its folder is gone, which fails in the same places for any user. Bodies are written with single quotes. */
@Timeout(240)
class MediaDiskTest {

    private record Door(String path, String body, String mimeType) {}

    private static final String IMAGES = "gemini-3-pro-image";
    private static final List<Door> DOORS = List.of(
            new Door("/v1/chat/completions", chat(false), "image/png"),
            new Door("/v1/chat/completions", chat(true), "image/png"),
            new Door("/v1/images/generations", "{'model':'" + IMAGES + "','prompt':'Draw'}", "image/png"),
            new Door("/v1/responses", "{'model':'" + IMAGES + "','input':'Draw'}", "image/png"),
            new Door(
                    "/v1beta/models/" + IMAGES + ":generateContent",
                    "{'contents':[{'role':'user','parts':[{'text':'Draw'}]}]}",
                    "image/png"),
            new Door(
                    "/v1/audio/speech",
                    "{'model':'gemini-3.8-flash-tts','voice':'Kore','input':'Hello','response_format':'wav'}",
                    "audio/L16;codec=pcm;rate=24000"));
    private static final String FILE = "QUJD".repeat(100_000);
    private static final String ADMIN_KEY = Channels.ADMIN_KEY;

    private final AtomicInteger asked = new AtomicInteger();
    private volatile boolean losesDisk;
    private volatile String mimeType = "image/png";
    private final HandServer upstream = new HandServer((request, out) -> {
        request.read();
        asked.incrementAndGet();
        if (losesDisk) {
            Files.delete(media());
        }
        write(out, "HTTP/1.1 200 OK\r\nContent-Type: text/event-stream\r\nConnection: close\r\n\r\n");
        write(
                out,
                json("data: {'candidates':[{'content':{'role':'model','parts':[{'inlineData':{'mimeType':'" + mimeType
                        + "','data':'" + FILE + "'}}]},'finishReason':'STOP'}],'usageMetadata':{'promptTokenCount':10,"
                        + "'candidatesTokenCount':1120,'candidatesTokensDetails':[{'modality':'"
                        + (mimeType.startsWith("image") ? "IMAGE" : "AUDIO")
                        + "','tokenCount':1120}],'totalTokenCount':1130}}\r\n\r\n"));
        out.close();
    });
    private Gateway gateway;
    private Customer customer;

    @BeforeEach
    void start() {
        gateway = Gateway.start(Map.of("GOOGLE_GEMINI_BASE_URL", upstream.url()), "admin.key", ADMIN_KEY);
        customer = gateway.customer("100000");
    }

    @AfterEach
    void stop() {
        gateway.assertBooksAreClosed();
        assertThat(gateway.differences()).isEmpty();
        gateway.close();
        upstream.close();
    }

    private static String chat(boolean stream) {
        return "{'model':'" + IMAGES + "','stream':" + stream + ",'messages':[{'role':'user','content':'Draw'}]}";
    }

    private static String json(String text) {
        return text.replace('\'', '"');
    }

    private static void write(OutputStream out, String text) throws IOException {
        out.write(text.getBytes(StandardCharsets.US_ASCII));
    }

    private Path media() {
        return gateway.data().resolve("media");
    }

    private Reply post(Door door) {
        mimeType = door.mimeType();
        return gateway.post(door.path(), json(door.body()), customer.key());
    }

    private void assertSaysNoRoom(Door door, Reply reply) {
        assertThat(reply.status()).as(door + reply.text()).isEqualTo(503);
        assertThat(reply.header("retry-after")).as(door.toString()).isEqualTo("5");
        assertThat(reply.text()).contains("no room").doesNotContain("upstream");
    }

    private long cost() {
        return Long.parseLong(gateway.text("SELECT COALESCE(SUM(cost_micros), 0) FROM usage_hour"));
    }

    @Test
    void without_room_for_its_files_no_model_is_asked() throws IOException {
        Files.delete(media());
        for (Door door : DOORS) {
            assertSaysNoRoom(door, post(door));
        }
        assertThat(asked).hasValue(0);
        assertThat(gateway.text("SELECT COUNT(*) FROM open_hold")).isEqualTo("0");
        assertThat(gateway.chat(json(chat(false).replace(IMAGES, "gemini-2.5-pro")))
                        .status())
                .as("a model without files")
                .isNotEqualTo(503);
        Files.createDirectory(media());
        Reply reply = post(DOORS.getFirst());
        assertThat(reply.status()).as(reply.text()).isEqualTo(200);
    }

    @Test
    void an_image_lost_here_costs_the_operator_and_blames_no_channel() throws IOException {
        for (Door door : DOORS) {
            long before = cost();
            losesDisk = false;
            Reply served = post(door);
            assertThat(served.status()).as(door + served.text()).isEqualTo(200);
            long ofServed = cost() - before;
            assertThat(ofServed).as(door.toString()).isPositive();
            losesDisk = true;
            asked.set(0);
            assertSaysNoRoom(door, post(door));
            Files.createDirectory(media());
            assertThat(asked).as(door.toString()).hasValue(1);
            assertThat(cost() - before).as("cost with the lost one, " + door).isEqualTo(2 * ofServed);
        }
        JsonNode channel = gateway.get("/admin/channels", ADMIN_KEY).json().at("/data/0");
        assertThat(channel.at("/breaker/state").asString()).isEqualTo("closed");
        assertThat(channel.at("/breaker/failures").asInt()).isZero();
        assertThat(channel.get("last_error").isNull()).isTrue();
    }
}
