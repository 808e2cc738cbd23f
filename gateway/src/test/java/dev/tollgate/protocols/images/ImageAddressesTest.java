package dev.tollgate.protocols.images;

import static dev.tollgate.testing.Asserts.assertThat;

import dev.tollgate.testing.BesideOthers;
import dev.tollgate.testing.CallServer;
import dev.tollgate.testing.Customer;
import dev.tollgate.testing.RawCall;
import dev.tollgate.testing.RunningServer.Reply;
import dev.tollgate.testing.Stores;
import dev.tollgate.testing.UpstreamScript;
import java.io.IOException;
import java.net.URI;
import java.net.http.HttpClient;
import java.net.http.HttpRequest;
import java.net.http.HttpResponse;
import java.nio.charset.StandardCharsets;
import java.time.Duration;
import java.time.Instant;
import java.util.ArrayList;
import java.util.Arrays;
import java.util.Base64;
import java.util.HexFormat;
import java.util.List;
import java.util.Random;
import java.util.regex.Pattern;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.Parameter;
import org.junit.jupiter.params.ParameterizedClass;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.CsvSource;
import org.junit.jupiter.params.provider.MethodSource;
import org.junit.jupiter.params.provider.ValueSource;
import tools.jackson.databind.JsonNode;
import tools.jackson.databind.json.JsonMapper;
import tools.jackson.databind.node.ObjectNode;

/** Images that callers fetch by their addresses: made, fetched, sent back and gone. Bodies are written with single quotes. */
@BesideOthers
@ParameterizedClass
@MethodSource(Stores.USUAL)
class ImageAddressesTest {

    private static final HttpClient CLIENT = HttpClient.newHttpClient();
    private static final String CHAT =
            "{'model':'gemini-3-pro-image','stream':%s,'image_config':{'delivery':'%s'},'messages':[%s]}";
    private static final String ASKS = "{'role':'user','content':'A house'}";
    private static final Pattern ADDRESS =
            Pattern.compile("(https?://[^ \"()]+)(/v1/images/files/[0-9a-f]{32}\\.(?:png|jpg|webp))");

    /** No line of a stream is longer with addresses in it (R6). */
    private static final int EVENT_CHARS_MAX = 128 * 1024;

    @Parameter
    Stores stores;

    private CallServer gateway;
    private Customer customer;

    private void start(String... settings) {
        String[] all = Arrays.copyOf(settings, settings.length + 2);
        all[settings.length] = "models.file";
        all[settings.length + 1] = ImagesTest.CATALOGUE;
        gateway = CallServer.startOn(stores, all);
        customer = gateway.customer("1000");
    }

    @AfterEach
    void stop() {
        gateway.assertBooksAreClosed();
        gateway.close();
    }

    private static String json(String text) {
        return text.replace('\'', '"');
    }

    private Reply chat(boolean streams, String delivery, String messages) {
        Reply reply = customer.chat(json(CHAT.formatted(streams, delivery, messages)));
        assertThat(reply.status()).as(reply.text()).isEqualTo(200);
        return reply;
    }

    /** Returns the paths of all addresses in a text. */
    private static List<String> paths(String text) {
        return ADDRESS.matcher(text).results().map(found -> found.group(2)).toList();
    }

    private HttpResponse<byte[]> fetch(String path, String... headers) throws IOException, InterruptedException {
        return fetch(gateway, path, headers);
    }

    private static HttpResponse<byte[]> fetch(CallServer gateway, String path, String... headers)
            throws IOException, InterruptedException {
        HttpRequest.Builder request = HttpRequest.newBuilder(URI.create(gateway.url() + path));
        if (headers.length > 0) {
            request.headers(headers);
        }
        return CLIENT.send(request.build(), HttpResponse.BodyHandlers.ofByteArray());
    }

    /** Returns a PNG of noise. */
    private static byte[] large(int bytes) {
        byte[] noise = new byte[bytes];
        new Random(3).nextBytes(noise);
        byte[] head = Base64.getDecoder().decode(ImagesTest.png(2_048, 1_024));
        System.arraycopy(head, 0, noise, 0, head.length);
        return noise;
    }

    private static UpstreamScript makes(byte[]... images) {
        return ImagesTest.makes(
                Arrays.stream(images).map(Base64.getEncoder()::encodeToString).toArray(String[]::new));
    }

    private long files() {
        return gateway.number("SELECT COUNT(*) FROM stored_file");
    }

    @ParameterizedTest
    @ValueSource(booleans = {false, true})
    void an_image_of_chat_is_fetched_without_a_key(boolean streams) throws IOException, InterruptedException {
        start();
        byte[] image = large(700_000);
        gateway.script(makes(image));
        Reply reply = chat(streams, "url", ASKS);
        JsonNode answer = streams
                ? reply.data().stream()
                        .filter(it -> it.contains("image_url"))
                        .map(it -> new JsonMapper().readTree(it))
                        .findFirst()
                        .orElseThrow()
                        .at("/choices/0/delta")
                : reply.json().at("/choices/0/message");
        String url = answer.at("/images/0/image_url/url").asString();
        assertThat(url).startsWith(gateway.url() + "/v1/images/files/").endsWith(".png");
        assertThat(reply.text().lines().allMatch(line -> line.length() < EVENT_CHARS_MAX))
                .isTrue();
        HttpResponse<byte[]> fetched = fetch(paths(url).getFirst(), "Origin", "https://example.org");
        assertThat(fetched.statusCode()).isEqualTo(200);
        assertThat(fetched.body()).isEqualTo(image);
        assertThat(fetched.headers().firstValue("content-type")).hasValue("image/png");
        assertThat(fetched.headers().firstValue("x-content-type-options")).hasValue("nosniff");
        assertThat(fetched.headers().firstValue("content-security-policy")).hasValue("sandbox");
        assertThat(fetched.headers().firstValue("cache-control").orElseThrow()).startsWith("private");
        assertThat(fetched.headers().firstValue("access-control-allow-origin")).hasValue("*");
        assertThat(reply.header("x-tollgate-ignored")).isEmpty();
        assertThat(customer.lastTask().get("credits_consumed").decimalValue()).isEqualByComparingTo("27.368");
    }

    @ParameterizedTest
    @ValueSource(booleans = {false, true})
    void a_chat_window_of_text_gets_an_image_as_markdown_between_the_words(boolean streams)
            throws IOException, InterruptedException {
        start();
        gateway.script(UpstreamScript.answers()
                .text("Look: ")
                .event(ImagesTest.event("", 1_120, ImagesTest.png(4, 5)).replace(",\"finishReason\":\"\"", ""))
                .text("Nice?")
                .finish("STOP", new UpstreamScript.Tokens(20, 1_130, 0)));
        Reply reply = chat(streams, "markdown", ASKS);
        assertThat(reply.text()).doesNotContain("image_url", "base64");
        String text = streams
                ? String.join(
                        "",
                        reply.data().stream()
                                .filter(it -> it.startsWith("{"))
                                .map(it -> new JsonMapper()
                                        .readTree(it)
                                        .at("/choices/0/delta/content")
                                        .asString(""))
                                .toList())
                : reply.json().at("/choices/0/message/content").asString();
        assertThat(text).matches("Look: \n\n!\\[image]\\(http://[^)]+\\)\n\nNice\\?");
        assertThat(fetch(paths(text).getFirst()).body())
                .isEqualTo(Base64.getDecoder().decode(ImagesTest.png(4, 5)));
    }

    @ParameterizedTest
    @ValueSource(strings = {"", ",'stream':true"})
    void the_images_api_answers_with_urls(String stream) throws IOException, InterruptedException {
        start();
        byte[] image = large(300_000);
        gateway.script(makes(image));
        Reply reply = ImagesTest.asks(gateway, customer, ImagesTest.PRO, ",'n':2,'response_format':'url'" + stream);
        assertThat(reply.status()).as(reply.text()).isEqualTo(200);
        assertThat(reply.text()).doesNotContain("b64_json").contains("\"url\":\"");
        List<String> paths = paths(reply.text());
        assertThat(paths).hasSize(2).doesNotHaveDuplicates();
        for (String path : paths) {
            assertThat(fetch(path).body()).isEqualTo(image);
        }
    }

    @ParameterizedTest
    @CsvSource({"url, false", "url, true", "markdown, false", "markdown, true"})
    void an_image_is_edited_by_its_address_with_the_models_signature(String delivery, boolean isLarge) {
        start();
        if (isLarge) {
            gateway.script(ImagesTest.makes(Base64.getEncoder().encodeToString(large(300_000)))
                    .toString()
                    .replace("\"inlineData\"", "\"thoughtSignature\":\"c2lnbmVkIGJ5IHRoZSBtb2RlbA==\",\"inlineData\""));
        }
        JsonNode said = chat(false, delivery, ASKS).json().at("/choices/0/message");
        said.path("images").forEach(image -> ((ObjectNode) image).remove("extra_content")); // as many clients do
        Reply edited = chat(false, delivery, ASKS + "," + said + ",{'role':'user','content':'at night'}");
        assertThat(edited.header("x-tollgate-ignored")).isEmpty();
        JsonNode parts = gateway.lastAsked().path("contents").path(1).path("parts");
        List<JsonNode> images =
                parts.valueStream().filter(part -> part.has("inlineData")).toList();
        assertThat(images).as(parts.toString()).hasSize(1);
        assertThat(images.getFirst().path("thoughtSignature").asString("")).isNotEmpty();
        assertThat(parts.toString()).doesNotContain("![image]", "/v1/images/files/");
    }

    private static List<String> images(JsonNode contents) {
        return contents.findValuesAsString("data");
    }

    @Test
    void of_addresses_in_texts_the_newest_that_the_model_takes_are_images() {
        start();
        List<String> addresses = new ArrayList<>();
        for (int i = 0; i < 4; i++) {
            String made = ImagesTest.asks(gateway, customer, ImagesTest.PRO, ",'n':4,'response_format':'url'")
                    .text();
            ADDRESS.matcher(made).results().forEach(found -> addresses.add("![a](" + found.group() + ")"));
        }
        assertThat(addresses).hasSize(16).doesNotHaveDuplicates();
        String older = String.join(" ", addresses.subList(0, 10));
        String newer = String.join(" ", addresses.subList(10, 16));
        String own = "{'role':'user','content':[{'type':'image_url','image_url':{'url':'data:image/png;base64,"
                + ImagesTest.png(4, 5) + "'}}]}";
        chat(
                false,
                "url",
                own + ",{'role':'assistant','content':'" + older + "'}," + ASKS + ",{'role':'assistant','content':'"
                        + newer + " " + newer + "'}," + ASKS);
        JsonNode contents = gateway.lastAsked().path("contents");
        assertThat(images(contents)).hasSize(14); // its own one, six and seven
        assertThat(contents.path(1).at("/parts/0/text").asString())
                .isEqualTo(String.join(" ", addresses.subList(0, 3)) + " ".repeat(7));
        assertThat(contents.path(3).at("/parts/0/text").asString()).isEqualTo(newer + " ".repeat(6));
    }

    @ParameterizedTest
    @CsvSource({"0.05, 4000", "1000, 270000"})
    void addresses_stay_text_until_the_text_fits_balance_and_model(String credits, int chars) {
        start();
        String made = ImagesTest.asks(gateway, customer, ImagesTest.PRO, ",'response_format':'url'")
                .text();
        String image = "![a]("
                + ADDRESS.matcher(made).results().findFirst().orElseThrow().group() + ")";
        String body = json(CHAT.formatted(
                false,
                "url",
                ASKS + ",{'role':'assistant','content':'" + "toll ".repeat(chars / 5) + image + "'}," + ASKS));
        Customer other = gateway.customer(credits);
        gateway.post("/v1/estimate", body, other.key());
        assertThat(gateway.lastAsked().toString()).contains(image).doesNotContain("inlineData");
        gateway.post("/v1/estimate", body.replace("toll ".repeat(chars / 5), "toll "), customer.key());
        assertThat(gateway.lastAsked().toString()).doesNotContain(image).contains("inlineData");
    }

    @Test
    void an_address_is_edited_at_the_images_api_and_its_bytes_are_the_same() throws IOException, InterruptedException {
        start();
        byte[] image = large(600_000);
        gateway.script(makes(image));
        String url = ImagesTest.asks(gateway, customer, ImagesTest.PRO, ",'response_format':'url'")
                .json()
                .at("/data/0/url")
                .asString();
        Reply edited = gateway.post(
                "/v1/images/edits",
                json("{'model':'gemini-3-pro-image','prompt':'blue','images':[{'image_url':'" + url + "'}]}"),
                gateway.customer("100").key()); // who has the address may see the image
        assertThat(edited.status()).as(edited.text()).isEqualTo(200);
        assertThat(Base64.getDecoder()
                        .decode(gateway.lastAsked()
                                .at("/contents/0/parts/0/inlineData/data")
                                .asString()))
                .isEqualTo(image);
    }

    @Test
    void a_head_request_opens_nothing_of_an_image() throws IOException, InterruptedException {
        start();
        gateway.script(makes(large(700_000)));
        String path = paths(chat(false, "url", ASKS).text()).getFirst();
        gateway.execute("DELETE FROM file_piece");
        HttpResponse<Void> head = CLIENT.send(
                HttpRequest.newBuilder(URI.create(gateway.url() + path)).HEAD().build(),
                HttpResponse.BodyHandlers.discarding());
        assertThat(head.statusCode()).isEqualTo(200);
        assertThat(head.headers().firstValue("content-length")).hasValue("700000");
    }

    @Test
    void an_image_is_gone_after_an_hour() throws IOException, InterruptedException {
        start();
        Instant start = Instant.now();
        gateway.setNow(start);
        String path = paths(chat(false, "url", ASKS).text()).getFirst();
        assertThat(fetch(path).statusCode()).isEqualTo(200);
        gateway.setNow(start.plus(Duration.ofMinutes(60)).minusMillis(1));
        assertThat(fetch(path).statusCode()).isEqualTo(200);
        gateway.setNow(start.plus(Duration.ofMinutes(61)));
        HttpResponse<byte[]> gone = fetch(path);
        assertThat(gone.statusCode()).isEqualTo(404);
        assertThat(new String(gone.body(), StandardCharsets.UTF_8)).contains("kept for an hour");
        Reply edited = customer.chat(json(CHAT.formatted(
                false,
                "url",
                "{'role':'user','content':[{'type':'image_url','image_url':{'url':'" + gateway.url() + path
                        + "'}}]}")));
        assertThat(edited.status()).isEqualTo(400);
        String text = "![image](" + gateway.url() + path + ")";
        chat(false, "url", ASKS + ",{'role':'assistant','content':'" + text + "'}," + ASKS);
        assertThat(gateway.lastAsked().at("/contents/1/parts/0/text").asString())
                .isEqualTo(text);
    }

    @Test
    void guessed_ids_find_nothing_and_are_limited() throws IOException, InterruptedException {
        start();
        String path = paths(chat(false, "url", ASKS).text()).getFirst();
        int seed = 11;
        Random random = new Random(seed);
        boolean isLimited = false;
        for (int i = 0; i < 310 && !isLimited; i++) {
            byte[] id = new byte[16];
            random.nextBytes(id);
            int status = fetch("/v1/images/files/" + HexFormat.of().formatHex(id) + ".png")
                    .statusCode();
            assertThat(status).isIn(404, 429);
            isLimited = status == 429;
        }
        assertThat(isLimited).isTrue();
        assertThat(fetch(path).statusCode()).isEqualTo(200); // who has the address is not affected
    }

    @ParameterizedTest
    @ValueSource(
            strings = {
                "x.png",
                "0123456789abcdef0123456789abcdef",
                "0123456789ABCDEF0123456789ABCDEF.png",
                "0123456789abcdef0123456789abcdef.html"
            })
    void another_name_is_a_404(String name) throws IOException, InterruptedException {
        start();
        assertThat(fetch("/v1/images/files/" + name).statusCode()).isEqualTo(404);
    }

    @Test
    void without_room_a_call_is_refused_before_the_model_is_asked() {
        start();
        gateway.execute(
                "INSERT INTO stored_file (id, account_id, owner, origin_id, purpose, about, mime_type, bytes, written, sha256, created_at, expires_at)"
                        + " SELECT 'full', id, '', 'key', 'made', name, 'image/png', 1000000000, 0, '', 1, 9000000000000 FROM account WHERE id = '"
                                .replace("name,", stores == Stores.SQLITE ? "x''," : "''::bytea,")
                        + customer.account() + "'");
        for (String delivery : List.of("url", "markdown")) {
            Reply refused = customer.chat(json(CHAT.formatted(false, delivery, ASKS)));
            assertThat(refused.status()).as(refused.text()).isEqualTo(429);
            assertThat(refused.error().get("message").asString()).contains("1000 files or 1073741824 bytes");
        }
        Reply refused = ImagesTest.asks(gateway, customer, ImagesTest.PRO, ",'response_format':'url'");
        assertThat(refused.status()).isEqualTo(429);
        assertThat(gateway.asked()).isEmpty();
        assertThat(customer.balance()).isEqualTo("1000");
        chat(false, "inline", ASKS);
        customer = gateway.customer("100");
        chat(false, "url", ASKS);
    }

    @ParameterizedTest
    @CsvSource(
            delimiter = '|',
            quoteCharacter = '`',
            value = {
                "https://files.example|a.example|https://files.example/v1/images/files/",
                "|a.example:81|http://a.example:81/v1/images/files/",
                "|a~b|http://localhost/v1/images/files/",
            })
    void the_setting_or_the_requests_host_names_the_host(String site, String host, String start) {
        start(site == null ? new String[] {} : new String[] {"public.url", site});
        String body = json(CHAT.formatted(false, "url", ASKS));
        try (RawCall call = RawCall.sending(
                gateway.port(),
                "POST /v1/chat/completions HTTP/1.1\r\nHost: " + host + "\r\nAuthorization: Bearer " + customer.key()
                        + "\r\nContent-Type: application/json\r\nContent-Length: " + body.length()
                        + "\r\nConnection: close\r\n\r\n" + body)) {
            assertThat(call.readUntil("credits_consumed")).contains("\"url\":\"" + start);
        }
    }

    @Test
    void a_repeated_key_gets_the_same_address_and_stores_nothing_again() {
        start();
        String body = json(CHAT.formatted(false, "url", ASKS));
        Reply first = customer.chat(body, "one");
        assertThat(files()).isEqualTo(1);
        assertThat(customer.chat(body, "one").text()).isEqualTo(first.text());
        assertThat(files()).isEqualTo(1);
        assertThat(gateway.asked()).hasSize(1);
    }

    @ParameterizedTest
    @ValueSource(
            strings = {
                "<svg xmlns='http://www.w3.org/2000/svg'><script>alert(1)</script></svg>",
                "<!doctype html><script>alert(1)</script>"
            })
    void what_is_no_image_gets_no_address(String active) {
        start();
        String base64 = Base64.getEncoder().encodeToString(active.getBytes(StandardCharsets.UTF_8));
        gateway.script(ImagesTest.makes(base64));
        Reply reply = chat(false, "url", ASKS);
        assertThat(paths(reply.text())).isEmpty();
        assertThat(reply.text()).contains(base64);
        assertThat(files()).isZero();
    }

    @Test
    void text_that_only_looks_like_an_image_stays_text() {
        start();
        String text =
                "![a](https://a.example/x.png) [b](http://h/v1/images/files/0123456789abcdef0123456789abcdef.png)";
        chat(false, "url", ASKS + ",{'role':'assistant','content':'" + text + "'}," + ASKS);
        assertThat(gateway.lastAsked().at("/contents/1/parts/0/text").asString())
                .isEqualTo(text);
    }

    @Test
    void another_delivery_is_refused_and_one_without_effect_is_named() {
        start();
        Reply refused = customer.chat(json(CHAT.formatted(false, "pigeon", ASKS)));
        assertThat(refused.status()).isEqualTo(400);
        assertThat(refused.error().get("param").asString()).isEqualTo("image_config.delivery");
        assertThat(refused.error().get("message").asString()).contains("one of inline, url or markdown");
        Reply text = customer.chat(
                json(CHAT.formatted(false, "url", ASKS).replace("{'model'", "{'modalities':['text'],'model'")));
        assertThat(text.header("x-tollgate-ignored")).isEqualTo("image_config.delivery");
    }

    @Test
    void an_image_is_fetched_from_another_server_over_the_same_database() throws IOException, InterruptedException {
        stores = Stores.POSTGRESQL;
        start();
        byte[] image = large(600_000);
        gateway.script(makes(image));
        String path = paths(chat(false, "url", ASKS).text()).getFirst();
        try (CallServer other = CallServer.startOn(
                gateway.environment().get("TOLLGATE_DATABASE_URL"), "models.file", ImagesTest.CATALOGUE)) {
            assertThat(fetch(other, path).body()).isEqualTo(image);
        }
    }
}
