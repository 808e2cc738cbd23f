package dev.tollgate.calls;

import static dev.tollgate.protocols.ErrorListTest.assertError;
import static dev.tollgate.testing.Asserts.assertThat;
import static dev.tollgate.testing.MediaSamples.call;
import static dev.tollgate.testing.MediaSamples.dataUrl;

import dev.tollgate.testing.CallServer;
import dev.tollgate.testing.Customer;
import dev.tollgate.testing.HandServer;
import dev.tollgate.testing.HeldUpstream;
import dev.tollgate.testing.MediaSamples;
import dev.tollgate.testing.Scrape;
import java.awt.image.BufferedImage;
import java.io.ByteArrayOutputStream;
import java.io.IOException;
import java.io.UncheckedIOException;
import java.net.InetAddress;
import java.util.ArrayList;
import java.util.Arrays;
import java.util.List;
import java.util.concurrent.CompletableFuture;
import java.util.concurrent.CopyOnWriteArrayList;
import java.util.concurrent.CountDownLatch;
import java.util.concurrent.TimeUnit;
import javax.imageio.ImageIO;
import org.junit.jupiter.api.Order;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.Timeout;

/** What one account can do costs the others little: its work waits for its own turns, and costs nothing but with a balance. */
@Timeout(120)
@Order(7)
class FairTurnsTest {

    /** 14 KB that hold 16 million pixels. */
    private static final String LARGE = dataUrl("image/gif", gif(4_096, 4_096));

    private static final String TINY = dataUrl("image/gif", gif(3, 2));
    private static final String BROKEN = dataUrl("image/gif", Arrays.copyOf(gif(3, 2), 30));

    private static byte[] gif(int width, int height) {
        BufferedImage image = new BufferedImage(width, height, BufferedImage.TYPE_BYTE_INDEXED);
        ByteArrayOutputStream out = new ByteArrayOutputStream();
        try {
            ImageIO.write(image, "gif", out);
        } catch (IOException e) {
            throw new UncheckedIOException(e);
        }
        return out.toByteArray();
    }

    private static String inGeminisWords(String dataUrl) {
        return "{\"contents\":[{\"role\":\"user\",\"parts\":[{\"inlineData\":{\"mimeType\":\"image/gif\",\"data\":\""
                + dataUrl.substring(dataUrl.indexOf(',') + 1) + "\"}}]}]}";
    }

    // ---- balance first

    /** A broken GIF, recognisable only by converting it. */
    @Test
    void an_account_without_balance_gets_no_gif_converted_at_any_door() {
        try (CallServer gateway = CallServer.start()) {
            Customer poor = gateway.customer("0");
            Customer rich = gateway.customer("100");
            String generate = "/v1beta/models/gemini-2.5-pro:generateContent";
            String count = "/v1beta/models/gemini-2.5-pro:countTokens";
            assertError(poor.chat(call(BROKEN)), 402, "insufficient_credits", "billing_error");
            assertError(
                    gateway.post("/v1/estimate", call(BROKEN), poor.key()),
                    402,
                    "insufficient_credits",
                    "billing_error");
            for (String path : List.of(generate, count)) {
                assertThat(gateway.post(path, inGeminisWords(BROKEN), poor.key())
                                .status())
                        .isEqualTo(402);
                assertThat(gateway.post(path, inGeminisWords(BROKEN), rich.key())
                                .text())
                        .contains("is a GIF that cannot be read");
                assertThat(gateway.post(path, inGeminisWords(TINY), rich.key()).status())
                        .isEqualTo(200);
            }
            assertThat(rich.chat(call(BROKEN)).error().get("message").asString())
                    .isEqualTo("'messages.0.content.1.image_url' is a GIF that cannot be read.");
            assertThat(rich.chat(call(TINY, TINY)).status()).isEqualTo(200);
            assertThat(gateway.lastAsked()
                            .at("/contents/0/parts/2/inlineData/mimeType")
                            .asString())
                    .isEqualTo("image/png");
            assertThat(gateway.lastAsked().at("/contents/0/parts/2"))
                    .isEqualTo(gateway.lastAsked().at("/contents/0/parts/1"));
            CallServer.await("media to be let go", () -> gateway.calls().mediaBytes() == 0);
            gateway.assertBooksAreClosed();
        }
    }

    @Test
    void a_known_answer_about_a_gif_is_replayed_without_a_balance() {
        try (CallServer gateway = CallServer.start()) {
            Customer customer = gateway.customer("0.3");
            CallServer.Reply first = customer.chat(call(TINY), "key-1");
            assertThat(first.status()).as(first.text()).isEqualTo(200);
            gateway.execute("UPDATE account SET balance_micros = 0, purchased_micros = consumed_micros WHERE id = '"
                    + customer.account() + "'");
            CallServer.Reply again = customer.chat(call(TINY), "key-1");
            assertThat(again.header("idempotent-replayed")).isEqualTo("true");
            assertThat(again.text()).isEqualTo(first.text());
        }
    }

    // ---- so many pixels

    @Test
    void the_gifs_of_a_call_have_a_limit_in_pixels_together() {
        try (CallServer gateway = CallServer.start()) {
            Customer customer = gateway.customer("100");
            CallServer.Reply reply = customer.chat(call(LARGE, LARGE, LARGE));
            assertError(reply, 400, "invalid_request", "invalid_request_error");
            assertThat(reply.error().get("message").asString())
                    .contains("makes the GIFs of the call more than 33554432 pixels in all.");
            assertThat(customer.tasks()).isZero();
            CallServer.await("media to be let go", () -> gateway.calls().mediaBytes() == 0);
        }
    }

    @Test
    void too_many_converted_pixels_in_a_minute_return_a_retry_time() {
        byte[] cut = Arrays.copyOf(gif(4_096, 4_096), 1_000); // its size counts, its conversion fails early
        try (HandServer host = new HandServer((request, out) -> HandServer.reply(out, 200, "", cut));
                CallServer gateway = CallServer.start("media.allow", "127.0.0.1:" + host.port())) {
            Customer customer = gateway.customer("100");
            int status = 400;
            CallServer.Reply last = null;
            for (int i = 0; i < 8 && status == 400; i++) {
                last = customer.chat(call(host.url() + "/one", host.url() + "/two"));
                status = last.status();
            }
            assertError(last, 429, "rate_limit_exceeded", "rate_limit_error");
            assertThat(Integer.parseInt(last.header("retry-after"))).isBetween(1, 17);
            assertThat(gateway.customer("100").chat(call(TINY)).status()).isEqualTo(200);
            assertThat(Scrape.of(gateway).sum("tollgate_media_downloads_total", "end=\"busy\""))
                    .as("of the two that came last")
                    .isBetween(1L, 2L);
        }
    }

    // ---- turns

    @Test
    void a_tiny_gif_waits_for_one_of_another_account_and_not_for_all() throws Exception {
        String medium = dataUrl("image/gif", gif(1_400, 1_400));
        try (CallServer gateway = CallServer.start()) {
            Customer many = gateway.customer("100");
            Customer one = gateway.customer("100");
            List<CompletableFuture<CallServer.Reply>> calls = new ArrayList<>();
            for (int i = 0; i < 10; i++) {
                calls.add(many.chatAside(call(medium)));
            }
            CallServer.await("the calls", () -> gateway.calls().open() > 7);
            CallServer.Reply tiny = one.chat(call(TINY));
            long waiting = calls.stream().filter(reply -> !reply.isDone()).count();
            assertThat(tiny.status()).isEqualTo(200);
            assertThat(waiting).as("of those that came before").isGreaterThan(3);
            for (CompletableFuture<CallServer.Reply> reply : calls) {
                assertThat(reply.get(60, TimeUnit.SECONDS).status()).isEqualTo(200);
            }
        }
    }

    @Test
    void reading_all_receipts_in_a_loop_blocks_no_other_account() throws Exception {
        try (CallServer gateway = CallServer.start()) {
            Customer many = gateway.customer("100");
            Customer one = gateway.customer("100");
            String chat =
                    "{\"model\":\"gemini-2.5-pro\",\"stream\":false,\"messages\":[{\"role\":\"user\",\"content\":\"Hi\"}]}";
            for (int i = 0; i < 80; i++) {
                many.chat(chat);
            }
            String id = one.chat(chat).json().get("id").asString();
            List<CompletableFuture<CallServer.Reply>> pages = new ArrayList<>();
            for (int i = 0; i < 8; i++) {
                pages.add(CompletableFuture.supplyAsync(() -> gateway.get("/v1/receipts?limit=80", many.key())));
            }
            CallServer.Reply receipt = gateway.get("/v1/receipts/" + id, one.key());
            CallServer.Reply page = gateway.get("/v1/receipts", one.key());
            long waiting = pages.stream().filter(reply -> !reply.isDone()).count();
            assertThat(receipt.status()).isEqualTo(200);
            assertThat(page.status()).isEqualTo(200);
            assertThat(waiting).as("pages that were asked for before").isGreaterThan(4);
            for (CompletableFuture<CallServer.Reply> reply : pages) {
                CallServer.Reply whole = reply.get(60, TimeUnit.SECONDS);
                assertThat(whole.status()).isIn(200, 503);
                if (whole.status() == 200) {
                    assertThat(whole.text().lines()).hasSize(80);
                }
            }
        }
    }

    /** Three accounts, each with more names than one may have looked up at once. */
    @Test
    void unresolvable_host_names_block_no_other_accounts_downloads() throws Exception {
        CountDownLatch end = new CountDownLatch(1);
        List<String> waiting = new CopyOnWriteArrayList<>();
        byte[] png = MediaSamples.BY_TYPE.get("image/png");
        try (HandServer host = new HandServer((request, out) -> HandServer.reply(out, 200, "", png));
                CallServer gateway = CallServer.start(
                        name -> {
                            if (name.startsWith("silent")) {
                                waiting.add(name);
                                await(end);
                            }
                            return List.of(InetAddress.ofLiteral("127.0.0.1"));
                        },
                        "media.allow",
                        "127.0.0.1:" + host.port())) {
            String[] silent = new String[8];
            Arrays.setAll(silent, i -> "http://silent" + i + ".test:" + host.port() + "/");
            List<CompletableFuture<CallServer.Reply>> hanging = new ArrayList<>();
            for (int i = 0; i < 5; i++) {
                hanging.add(gateway.customer("100").chatAside(call(silent)));
            }
            CallServer.await("the look-ups", () -> waiting.size() >= 16);
            assertThat(gateway.customer("100")
                            .chatAside(call("http://answers.test:" + host.port() + "/x.png"))
                            .get(20, TimeUnit.SECONDS)
                            .status())
                    .isEqualTo(200);
            end.countDown();
            for (CompletableFuture<CallServer.Reply> reply : hanging) {
                reply.get(30, TimeUnit.SECONDS);
            }
        }
    }

    private static void await(CountDownLatch latch) {
        try {
            latch.await();
        } catch (InterruptedException e) {
            Thread.currentThread().interrupt();
        }
    }

    // ---- shares

    @Test
    void one_accounts_media_leave_room_for_other_accounts() throws Exception {
        try (HeldUpstream upstream = new HeldUpstream("Seen.", 10);
                HandServer host = new HandServer((request, out) -> HandServer.reply(
                        out,
                        200,
                        "",
                        MediaSamples.video(Integer.parseInt(request.target().substring(1)), 1)));
                CallServer gateway = CallServer.start(
                        upstream.environment(),
                        "media.allow",
                        "127.0.0.1:" + host.port(),
                        "media.spool-bytes",
                        "8MiB")) {
            Customer many = gateway.customer("1000");
            Customer one = gateway.customer("1000");
            List<CompletableFuture<CallServer.Reply>> calls = new ArrayList<>();
            calls.add(many.chatAside(call(host.url() + "/3000000")));
            CallServer.await("the first call", () -> upstream.asked() == 1);
            CallServer.Reply refused = many.chat(call(host.url() + "/3000000"));
            assertError(refused, 503, "internal_error", "api_error");
            assertThat(refused.header("retry-after")).isEqualTo("5");
            calls.add(one.chatAside(call(host.url() + "/2500000")));
            CallServer.await("the other account's call", () -> upstream.asked() == 2);
            upstream.answer();
            for (CompletableFuture<CallServer.Reply> reply : calls) {
                assertThat(reply.get(20, TimeUnit.SECONDS).status()).isEqualTo(200);
            }
            CallServer.await("media to be let go", () -> gateway.calls().mediaBytes() == 0);
            assertThat(many.chat(call(host.url() + "/3000000")).status()).isEqualTo(200);
        }
    }
}
