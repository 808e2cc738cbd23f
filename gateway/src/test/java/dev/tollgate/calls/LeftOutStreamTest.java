package dev.tollgate.calls;

import static dev.tollgate.testing.Asserts.assertThat;

import dev.tollgate.testing.CallServer;
import dev.tollgate.testing.RawCall;
import org.junit.jupiter.api.AfterAll;
import org.junit.jupiter.api.BeforeAll;
import org.junit.jupiter.api.Timeout;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.CsvSource;

/** Calls without {@code stream} on a model that streams by default, with the heads that programs really send (D1). */
@Timeout(240)
class LeftOutStreamTest {

    private static final String BODY =
            "{\"model\":\"gemini-2.5-pro\",\"messages\":[{\"role\":\"user\",\"content\":\"Hello\"}]}";

    private static CallServer gateway;

    @BeforeAll
    static void start() {
        gateway = CallServer.start();
    }

    @AfterAll
    static void stop() {
        gateway.assertBooksAreClosed();
        gateway.close();
    }

    @ParameterizedTest(name = "{0}")
    @CsvSource(
            delimiter = '|',
            value = {
                "fetch of Deno 2.9.6                | accept: */*;accept-language: *;user-agent: Deno/2.9.6;accept-encoding: gzip,br",
                "fetch of Bun 1.4.5                 | User-Agent: Bun/1.4.5;Accept: */*;Accept-Encoding: gzip, deflate, br, zstd",
                "fetch of Node.js                   | accept: */*;accept-language: *;sec-fetch-mode: cors;user-agent: node;accept-encoding: gzip, deflate",
                "python-requests 2.34.2             | User-Agent: python-requests/2.34.2;Accept-Encoding: gzip, deflate;Accept: */*",
                "urllib of Python 3.11              | Accept-Encoding: identity;User-Agent: Python-urllib/3.11",
                "OkHttp 4.12.0                      | Accept-Encoding: gzip;User-Agent: okhttp/4.12.0",
                "HttpClient of Java 25              | User-Agent: Java-http-client/25.0.3",
                "HttpURLConnection of Java 25       | User-Agent: Java/25.0.3;Accept: */*",
                "openai-php, by Guzzle 7            | User-Agent: GuzzleHttp/7",
                "ruby-openai, by Net::HTTP          | Accept-Encoding: gzip;q=1.0,deflate;q=0.6,identity;q=0.3;Accept: */*;User-Agent: Ruby",
                "Faraday 1.1.0                      | User-Agent: Faraday v1.1.0;Accept-Encoding: gzip;q=1.0,deflate;q=0.6,identity;q=0.3;Accept: */*",
                "dart_openai, by dart:io            | User-Agent: Dart/3.9 (dart:io);Accept-Encoding: gzip",
            })
    void programs_that_name_themselves_get_json(String program, String head) {
        assertThat(answer(head)).contains("content-type: application/json").contains("\"chat.completion\"");
    }

    @ParameterizedTest(name = "{0}")
    @CsvSource(
            delimiter = '|',
            value = {
                "async-openai and rig, by reqwest   | accept: */*",
                "curl 7.88.1                        | User-Agent: curl/7.88.1;Accept: */*",
                "a program that reads events        | User-Agent: python-requests/2.34.2;Accept: text/event-stream",
            })
    void other_programs_get_the_documented_stream(String program, String head) {
        assertThat(answer(head)).contains("content-type: text/event-stream").contains("data: [DONE]");
    }

    /** @param head lines with semicolons between them */
    private static String answer(String head) {
        String lines = head.replaceAll(";(?=[A-Za-z-]+: )", "\r\n");
        try (RawCall call = RawCall.sending(
                gateway.port(),
                "POST /v1/chat/completions HTTP/1.1\r\nHost: localhost\r\nAuthorization: Bearer " + CallServer.DEMO_KEY
                        + "\r\n" + lines + "\r\nConnection: close\r\nContent-Type: application/json\r\nContent-Length: "
                        + BODY.length() + "\r\n\r\n" + BODY)) {
            return call.readToEnd();
        }
    }
}
