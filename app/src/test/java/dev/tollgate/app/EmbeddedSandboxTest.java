package dev.tollgate.app;

import static dev.tollgate.testing.Asserts.assertThat;

import dev.tollgate.testing.Customer;
import dev.tollgate.testing.Gateway;
import java.math.BigDecimal;
import java.net.URI;
import java.net.http.HttpClient;
import java.net.http.HttpRequest;
import java.net.http.HttpResponse;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.CsvSource;

/** The sandbox behind the gateway has a port, which every user of the machine can reach. */
class EmbeddedSandboxTest {

    private static final String CALL = """
            {"model":"gemini-2.5-pro","stream":false,"messages":[{"role":"user","content":"What is 2+2?"}]}""";
    private static final String INVENTED = """
            [{"respond":[{"event":{"candidates":[{"content":{"role":"model","parts":[{"text":"Invented"}]},"finishReason":"STOP"}],
              "usageMetadata":{"promptTokenCount":1000000,"candidatesTokenCount":60000,"totalTokenCount":1060000}}}]}]""";

    private final Gateway gateway = Gateway.start();
    private final HttpClient http = HttpClient.newHttpClient();

    @AfterEach
    void stop() {
        http.close();
        gateway.close();
    }

    @ParameterizedTest
    @CsvSource({
        "POST, /sandbox/script",
        "GET, /sandbox",
        "GET, /sandbox/requests",
        "DELETE, /sandbox/requests",
        "GET, /v1beta/models",
        "POST, /v1beta/models/gemini-2.5-pro:generateContent",
        "POST, /upload/v1beta/files",
        "PUT, /upload/v1beta/files?upload_id=1",
        "GET, /v1beta/cachedContents",
        "GET, /"
    })
    void another_user_of_the_machine_can_neither_ask_it_nor_set_what_callers_are_charged_for(String method, String path)
            throws Exception {
        Customer customer = gateway.customer("10");
        for (String key : new String[] {"", "any", "none", gateway.sandbox().key() + "0", "0@none"}) {
            HttpResponse<String> answer = ask(method, path, key);
            assertThat(answer.statusCode()).as(key).isEqualTo(403);
            assertThat(answer.body()).contains("This sandbox answers only the gateway that started it.");
        }
        assertThat(gateway.asked()).isEmpty();
        assertThat(customer.chat(CALL).text()).contains("2 + 2 = 4.");
        assertThat(customer.balance()).isGreaterThan(new BigDecimal("9.9"));
    }

    @Test
    void nothing_can_be_set_there_even_by_who_knows_its_key_which_is_another_one_after_each_start() throws Exception {
        String key = gateway.sandbox().key();
        assertThat(ask("POST", "/sandbox/script", key).statusCode()).isEqualTo(404);
        assertThat(ask("GET", "/sandbox/requests", key).statusCode()).isEqualTo(404);
        assertThat(gateway.customer("1").chat(CALL).text()).contains("2 + 2 = 4.");

        gateway.restart();
        assertThat(key).hasSizeGreaterThan(64).isNotEqualTo(gateway.sandbox().key());
        assertThat(gateway.customer("1").chat(CALL).status()).isEqualTo(200);
    }

    private HttpResponse<String> ask(String method, String path, String key) throws Exception {
        HttpRequest.Builder request = HttpRequest.newBuilder(
                        URI.create(gateway.sandbox().baseUrl() + path))
                .method(method, HttpRequest.BodyPublishers.ofString(INVENTED));
        if (!key.isEmpty()) {
            request.header("x-goog-api-key", key);
        }
        return http.send(request.build(), HttpResponse.BodyHandlers.ofString());
    }
}
