package dev.tollgate.protocols.audio;

import static dev.tollgate.testing.Asserts.assertThat;

import dev.tollgate.testing.CallServer;
import dev.tollgate.testing.Customer;
import dev.tollgate.testing.Effort;
import dev.tollgate.testing.HandServer;
import dev.tollgate.testing.RawCall;
import java.io.IOException;
import java.io.InputStream;
import java.io.OutputStream;
import java.lang.management.ManagementFactory;
import java.net.http.HttpClient;
import java.net.http.HttpResponse;
import java.nio.charset.StandardCharsets;
import java.nio.file.Files;
import java.nio.file.Path;
import java.security.MessageDigest;
import java.security.NoSuchAlgorithmException;
import java.util.ArrayList;
import java.util.Base64;
import java.util.List;
import java.util.Map;
import java.util.Random;
import java.util.concurrent.CompletableFuture;
import java.util.concurrent.CountDownLatch;
import java.util.concurrent.TimeUnit;
import org.junit.jupiter.api.AfterAll;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.BeforeAll;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.Timeout;
import org.junit.jupiter.api.parallel.Isolated;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.CsvSource;

/** Speech of twenty megabytes: it passes through files, at its caller's pace. Bodies are written with single quotes. */
@Isolated("it measures the heap")
@Timeout(300)
class LargeSpeechTest {

    private static final String BODY = json("{'model':'gemini-3.8-flash-tts','input':'Read the whole chapter','");
    private static final String HEAD = json(
            "data: {'candidates':[{'content':{'role':'model','parts':[{'inlineData':{'mimeType':'audio/L16;codec=pcm;rate=24000','data':'");
    private static final String TAIL = json("'}}]}%s}]%s}\r\n\r\n");
    private static final String STOP = json(",'finishReason':'STOP'");

    /** A second of sound. */
    private static final byte[] PCM = pcm();

    /** Writes one answer behind the head of the response. */
    private interface Script {
        void write(OutputStream out) throws IOException, InterruptedException;
    }

    private static volatile Script script;
    private static final HandServer UPSTREAM = new HandServer((request, out) -> {
        request.read();
        write(out, "HTTP/1.1 200 OK\r\nContent-Type: text/event-stream\r\nConnection: close\r\n\r\n");
        script.write(out);
        out.close();
    });
    private static CallServer gateway;

    @BeforeAll
    static void start() {
        gateway = CallServer.start(Map.of("GOOGLE_GEMINI_BASE_URL", UPSTREAM.url()), "timeouts.drain", "0ms");
    }

    @AfterAll
    static void stop() {
        assertThat(gateway.differences()).isEmpty();
        gateway.close();
        UPSTREAM.close();
    }

    @AfterEach
    void nothingIsLeft() throws IOException {
        gateway.assertBooksAreClosed();
        CallServer.await("the files are let go", () -> openFiles() == 0);
    }

    /** Files of the spool that this process has open. */
    private static long openFiles() {
        String folder = gateway.data().resolve("media").toString();
        long open = 0;
        try (var links = Files.newDirectoryStream(Path.of("/proc/self/fd"))) {
            for (Path link : links) {
                try {
                    open += Files.readSymbolicLink(link).toString().startsWith(folder) ? 1 : 0;
                } catch (IOException closed) {
                    // in the meantime
                }
            }
        } catch (IOException e) {
            throw new IllegalStateException(e);
        }
        return open;
    }

    private static String json(String text) {
        return text.replace('\'', '"');
    }

    private static byte[] pcm() {
        byte[] pcm = new byte[48_000];
        new Random(1).nextBytes(pcm);
        return pcm;
    }

    private static void write(OutputStream out, String text) throws IOException {
        out.write(text.getBytes(StandardCharsets.US_ASCII));
    }

    /** Writes an event, whose base64 has padding unless it is of whole seconds. */
    private static void event(OutputStream out, int seconds, String finish, String usage) throws IOException {
        write(out, HEAD);
        String second = Base64.getEncoder().encodeToString(PCM);
        for (int i = 0; i < seconds; i++) {
            write(out, second);
        }
        write(out, TAIL.formatted(finish, usage));
    }

    private static void end(OutputStream out, int seconds) throws IOException {
        int tokens = seconds * 25;
        event(
                out,
                seconds,
                STOP,
                json(",'usageMetadata':{'promptTokenCount':10,'candidatesTokenCount':" + tokens + ",'totalTokenCount':"
                        + (10 + tokens) + "}"));
    }

    private record Got(long bytes, String hash) {}

    private static CompletableFuture<Got> asks(Customer customer, String form, int skipped) {
        return HttpClient.newHttpClient()
                .sendAsync(
                        gateway.request("POST", "/v1/audio/speech", BODY + json(form) + "}", customer.key())
                                .build(),
                        HttpResponse.BodyHandlers.ofInputStream())
                .thenApplyAsync(
                        response -> {
                            assertThat(response.statusCode()).isEqualTo(200);
                            try (InputStream body = response.body()) {
                                body.readNBytes(skipped);
                                return got(body);
                            } catch (IOException | NoSuchAlgorithmException e) {
                                throw new IllegalStateException(e);
                            }
                        },
                        Thread::startVirtualThread);
    }

    private static Got got(InputStream body) throws IOException, NoSuchAlgorithmException {
        MessageDigest digest = MessageDigest.getInstance("SHA-256");
        byte[] some = new byte[16_384];
        long all = 0;
        for (int read = body.read(some); read >= 0; read = body.read(some)) {
            digest.update(some, 0, read);
            all += read;
        }
        return new Got(all, Base64.getEncoder().encodeToString(digest.digest()));
    }

    private static Got seconds(int count) throws NoSuchAlgorithmException {
        MessageDigest digest = MessageDigest.getInstance("SHA-256");
        for (int i = 0; i < count; i++) {
            digest.update(PCM);
        }
        return new Got(count * 48_000L, Base64.getEncoder().encodeToString(digest.digest()));
    }

    @ParameterizedTest
    @CsvSource(
            delimiter = '|',
            quoteCharacter = '`',
            value = {
                "response_format':'wav'|44|1",
                "response_format':'wav'|44|437",
                "response_format':'pcm'|0|437",
            })
    void many_at_once_move_the_heap_by_less_than_two_of_them(String form, int header, int events) throws Exception {
        int calls = Effort.of(3, 60);
        int seconds = 437; // 20,976,000 bytes
        CountDownLatch there = new CountDownLatch(calls);
        CountDownLatch goOn = new CountDownLatch(1);
        script = out -> {
            for (int i = 1; i < events; i++) {
                event(out, seconds / events, "", "");
            }
            there.countDown();
            goOn.await();
            end(out, seconds / events);
        };
        long before = liveBytes();
        List<Customer> customers = new ArrayList<>();
        List<CompletableFuture<Got>> answers = new ArrayList<>();
        for (int i = 0; i < calls; i++) {
            customers.add(gateway.customer("1000"));
            answers.add(asks(customers.getLast(), form, header));
        }
        assertThat(there.await(240, TimeUnit.SECONDS)).isTrue();
        assertThat(liveBytes() - before).isLessThan(42_000_000);
        goOn.countDown();
        for (CompletableFuture<Got> answer : answers) {
            assertThat(answer.get(240, TimeUnit.SECONDS)).isEqualTo(seconds(seconds));
        }
        assertThat(liveBytes() - before).isLessThan(20_000_000);
        for (Customer customer : customers) {
            assertThat(customer.lastTask().get("status").asString()).isEqualTo("completed");
        }
    }

    private static long liveBytes() {
        System.gc();
        return ManagementFactory.getMemoryMXBean().getHeapMemoryUsage().getUsed();
    }

    @Test
    void a_caller_who_leaves_in_the_middle_of_a_file_lets_it_go() {
        Customer customer = gateway.customer("1000");
        script = out -> end(out, 437);
        for (String form : List.of("response_format':'wav'", "response_format':'pcm'", "stream_format':'sse'")) {
            try (RawCall call =
                    RawCall.post(gateway.port(), "/v1/audio/speech", customer.key(), BODY + json(form) + "}")) {
                call.read(200_000);
                call.reset();
            }
            CallServer.await("the settlement", () -> gateway.number("SELECT COUNT(*) FROM open_hold") == 0);
        }
        assertThat(customer.tasks()).isEqualTo(3);
        assertThat(customer.lastTask().get("status").asString()).isEqualTo("cancelled");
    }

    @Test
    void a_speech_above_the_limit_is_free() throws Exception {
        Customer customer = gateway.customer("1000");
        script = out -> end(out, 700); // 33,600,000 bytes
        var reply = gateway.post("/v1/audio/speech", BODY + json("response_format':'wav'}"), customer.key());
        assertThat(reply.status()).isEqualTo(503);
        assertThat(reply.text()).contains("more than an answer may hold");
        assertThat(customer.consumed()).isEqualByComparingTo("0");
    }

    /** The provider stops in the middle: what was shown is no file, and free. */
    @Test
    void a_speech_that_breaks_off_is_free_and_its_stream_is_cut() throws Exception {
        Customer customer = gateway.customer("1000");
        script = out -> {
            event(out, 20, "", "");
            write(out, HEAD + "AAAA");
        };
        var whole = gateway.post("/v1/audio/speech", BODY + json("response_format':'wav'}"), customer.key());
        assertThat(whole.status()).isEqualTo(503);
        try (RawCall call = RawCall.post(
                gateway.port(), "/v1/audio/speech", customer.key(), BODY + json("response_format':'pcm'}"))) {
            assertThat(call.readToEnd()).startsWith("HTTP/1.1 200").doesNotEndWith("0\r\n\r\n");
        }
        assertThat(customer.consumed()).isEqualByComparingTo("0");
    }
}
