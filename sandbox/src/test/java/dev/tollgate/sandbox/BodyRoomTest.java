package dev.tollgate.sandbox;

import static dev.tollgate.sandbox.SandboxClient.GEMINI_25;
import static dev.tollgate.sandbox.SandboxClient.user;
import static dev.tollgate.testing.Asserts.assertThat;

import java.io.IOException;
import java.net.Socket;
import java.nio.charset.StandardCharsets;
import org.junit.jupiter.api.Test;

class BodyRoomTest {

    private static final String LONG = "word ".repeat(10_000);

    @Test
    void requests_share_the_room_and_a_single_one_fits() {
        BodyRoom room = new BodyRoom(100);
        BodyRoom.Share single = room.share();
        BodyRoom.Share other = room.share();

        assertThat(single.take(80)).isTrue();
        assertThat(other.take(30)).isFalse();
        assertThat(other.take(20)).isTrue();
        assertThat(single.take(1)).isFalse();
        other.giveBack();
        assertThat(single.take(1_000)).isTrue();
        single.giveBack();
        single.giveBack();
        assertThat(room.used()).isZero();
    }

    @Test
    void an_answer_holds_its_room_until_it_ends() throws IOException {
        try (SandboxClient client = new SandboxClient()) {
            String body = user("Say: " + LONG + " [[sandbox: hang after=1]]", "");
            try (Socket caller = new Socket("127.0.0.1", client.sandbox.port())) {
                caller.getOutputStream()
                        .write(("POST /v1beta/models/" + GEMINI_25 + ":streamGenerateContent?alt=sse HTTP/1.1\r\n"
                                        + "Host: x\r\nx-goog-api-key: k\r\nContent-Length: " + body.length()
                                        + "\r\n\r\n"
                                        + body)
                                .getBytes(StandardCharsets.US_ASCII));
                assertThat(caller.getInputStream().read()).isPositive();
                assertThat(client.sandbox.heldBytes()).isGreaterThan(body.length());
            }
            SandboxClient.until(() -> client.sandbox.heldBytes() == 0);

            assertThat(client.stream(GEMINI_25, user("Say: " + LONG, "")).status())
                    .isEqualTo(200);
            assertThat(client.generate(GEMINI_25, user(LONG, ",\"unknown\":1")).status())
                    .isEqualTo(400);
            assertThat(client.ask(GEMINI_25, "Hi [[sandbox: status=503]]").status())
                    .isEqualTo(503);
            assertThat(client.ask(GEMINI_25, "x".repeat(300_000)).status()).isEqualTo(200);
            assertThat(client.get("/v1beta/models").status()).isEqualTo(200);
            SandboxClient.until(() -> client.sandbox.heldBytes() == 0);
        }
    }
}
