package dev.tollgate.protocols.audio;

import static dev.tollgate.testing.Asserts.assertThat;

import dev.tollgate.testing.BesideOthers;
import dev.tollgate.testing.CallServer;
import dev.tollgate.testing.Customer;
import dev.tollgate.testing.Effort;
import dev.tollgate.testing.Randomly;
import dev.tollgate.testing.RunningServer.Reply;
import dev.tollgate.testing.UpstreamScript;
import dev.tollgate.testing.WrittenForm;
import dev.tollgate.upstreams.media.Recordings;
import java.math.BigDecimal;
import java.net.URI;
import java.net.http.HttpRequest;
import java.nio.ByteBuffer;
import java.nio.ByteOrder;
import java.nio.charset.StandardCharsets;
import java.util.Arrays;
import java.util.Base64;
import java.util.List;
import java.util.concurrent.atomic.AtomicReference;
import java.util.stream.Collectors;
import java.util.stream.Stream;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.Arguments;
import org.junit.jupiter.params.provider.CsvSource;
import org.junit.jupiter.params.provider.MethodSource;
import tools.jackson.databind.JsonNode;

/** {@code POST /v1/audio/transcriptions}. Bodies are written with single quotes. */
@BesideOthers
class TranscriptionsTest {

    private static final String MODEL = "gemini-3.8-flash";

    private CallServer gateway;
    private Customer customer;

    @BeforeEach
    void start() {
        gateway = CallServer.start();
        customer = gateway.customer("1000");
    }

    @AfterEach
    void stop() {
        gateway.assertBooksAreClosed();
        assertThat(gateway.differences()).isEmpty();
        gateway.close();
    }

    private static String json(String text) {
        return text.replace('\'', '"');
    }

    private static byte[] wav() {
        return silence(1);
    }

    private static byte[] silence(int seconds) {
        int bytes = 32_000 * seconds;
        return ByteBuffer.allocate(44 + bytes)
                .order(ByteOrder.LITTLE_ENDIAN)
                .put("RIFF".getBytes(StandardCharsets.US_ASCII))
                .putInt(36 + bytes)
                .put("WAVEfmt ".getBytes(StandardCharsets.US_ASCII))
                .putInt(16)
                .putShort((short) 1)
                .putShort((short) 1)
                .putInt(16_000)
                .putInt(32_000)
                .putShort((short) 2)
                .putShort((short) 16)
                .put("data".getBytes(StandardCharsets.US_ASCII))
                .putInt(bytes)
                .array();
    }

    private static WrittenForm form() {
        return new WrittenForm().text("model", MODEL).file("file", wav());
    }

    private Reply sends(WrittenForm form) {
        return sends(form, "one " + System.nanoTime());
    }

    private Reply sends(WrittenForm form, String key) {
        return gateway.send(HttpRequest.newBuilder(URI.create(gateway.url() + "/v1/audio/transcriptions"))
                .header("Authorization", "Bearer " + customer.key())
                .header("Idempotency-Key", key)
                .header("Content-Type", form.type())
                .POST(HttpRequest.BodyPublishers.ofByteArray(form.bytes())));
    }

    private static UpstreamScript says(String text, int audio, int out) {
        return UpstreamScript.answers()
                .event(json("{'candidates':[{'content':{'role':'model','parts':[{'text':'" + text
                        + "'}]},'finishReason':'STOP'}],'usageMetadata':{'promptTokenCount':" + (40 + audio)
                        + ",'promptTokensDetails':[{'modality':'TEXT','tokenCount':40},{'modality':'AUDIO','tokenCount':"
                        + audio + "}],'candidatesTokenCount':" + out + ",'totalTokenCount':" + (40 + audio + out)
                        + "}}"));
    }

    @Test
    void a_file_becomes_a_text_with_its_usage_and_charge() {
        gateway.script(says("Good morning.", 25, 4));
        Reply reply = sends(form());
        assertThat(reply.status()).as(reply.text()).isEqualTo(200);
        JsonNode task = customer.lastTask();
        assertThat(reply.text())
                .isEqualTo(json("{'text':'Good morning.','usage':{'type':'tokens','input_tokens':65,"
                        + "'input_token_details':{'text_tokens':40,'audio_tokens':25},'output_tokens':4,'total_tokens':69},"
                        + "'credits_consumed':"
                        + task.get("credits_consumed").decimalValue().toPlainString() + "}"));
        assertThat(reply.header("x-tollgate-ignored")).isEmpty();
        JsonNode asked = gateway.lastAsked();
        assertThat(asked.at("/contents/0/parts/0/text").asString())
                .isEqualTo("Write down the speech in this recording word for word, in the language that is spoken."
                        + " Answer with the transcript alone, and with nothing if nobody speaks.");
        assertThat(asked.at("/contents/0/parts/1/inlineData/mimeType").asString())
                .isEqualTo("audio/wav");
        assertThat(Base64.getDecoder()
                        .decode(asked.at("/contents/0/parts/1/inlineData/data").asString()))
                .isEqualTo(wav());
        assertThat(asked.at("/contents").size()).isEqualTo(1);
        assertThat(asked.at("/generationConfig/thinkingConfig").toString())
                .isEqualTo(json("{'includeThoughts':false,'thinkingLevel':'LOW'}"));
        assertThat(gateway.number("SELECT COUNT(*) FROM call WHERE door = 'audio'"))
                .isEqualTo(1);
    }

    /** The last two have no tracks that can be seen. */
    static Stream<Arguments> recordings() {
        byte[] noTracks = Arrays.copyOf(Arrays.copyOf(Recordings.webm(2), 40), 400);
        return Stream.of(
                Arguments.of(Recordings.webm(2), "video/webm", "audio/webm"),
                Arguments.of(Recordings.webm(1), "audio/webm", "video/webm"),
                Arguments.of(Recordings.mp4("iso5", "soun"), "video/mp4", "audio/m4a"),
                Arguments.of(noTracks, "Audio/WebM;codecs=opus", "audio/webm"),
                Arguments.of(noTracks, "video/webm", "video/webm"));
    }

    @ParameterizedTest
    @MethodSource("recordings")
    void a_browsers_recording_is_sent_as_what_its_tracks_are(byte[] recording, String label, String type) {
        gateway.script(says("Yes.", 25, 4));
        Reply reply = sends(new WrittenForm().text("model", MODEL).file("file", label, recording));
        assertThat(reply.status()).as(reply.text()).isEqualTo(200);
        assertThat(gateway.lastAsked()
                        .at("/contents/0/parts/1/inlineData/mimeType")
                        .asString())
                .isEqualTo(type);
    }

    @Test
    void language_prompt_and_temperature_reach_the_model() {
        Reply reply = sends(form().text("language", "de")
                .text("prompt", "Zwölf Boxkämpfer")
                .text("temperature", "0")
                .text("chunking_strategy", "auto"));
        assertThat(reply.status()).as(reply.text()).isEqualTo(200);
        assertThat(gateway.lastAsked().at("/contents/0/parts/0/text").asString())
                .contains("The language that is spoken is 'de'.")
                .endsWith("The text before it, or words that may come, for spelling and style: Zwölf Boxkämpfer");
        assertThat(gateway.lastAsked().at("/generationConfig/temperature").asInt(-1))
                .isZero();
        assertThat(reply.header("x-tollgate-ignored")).isEqualTo("chunking_strategy");
    }

    @Test
    void the_format_text_is_the_text_alone() {
        gateway.script(says("\\\"Ja\\\", sagte er.", 25, 4));
        Reply reply = sends(form().text("response_format", "text"));
        assertThat(reply.header("content-type")).isEqualTo("text/plain; charset=utf-8");
        assertThat(reply.text()).isEqualTo("\"Ja\", sagte er.\n");
    }

    @Test
    void a_stream_has_the_text_in_parts_and_whole_at_its_end() {
        String whole = sends(form()).json().get("text").asString();
        assertThat(whole).startsWith("This recording is ").contains("audio/wav", "32044 bytes");
        List<JsonNode> events = sends(form().text("stream", "true")).chunks();
        assertThat(events.subList(0, events.size() - 1).stream()
                        .peek(event -> assertThat(event.get("type").asString()).isEqualTo("transcript.text.delta"))
                        .map(event -> event.get("delta").asString())
                        .collect(Collectors.joining()))
                .isEqualTo(whole);
        JsonNode done = events.getLast();
        assertThat(done.get("type").asString()).isEqualTo("transcript.text.done");
        assertThat(done.get("text").asString()).isEqualTo(whole);
        assertThat(done.at("/usage/type").asString()).isEqualTo("tokens");
        assertThat(done.get("credits_consumed").decimalValue())
                .isEqualByComparingTo(
                        customer.lastTask().get("credits_consumed").decimalValue());
    }

    @Test
    void a_recording_without_speech_is_an_empty_text() {
        gateway.script(says("", 25, 0));
        Reply reply = sends(form());
        assertThat(reply.status()).as(reply.text()).isEqualTo(200);
        assertThat(reply.json().get("text").asString()).isEmpty();
    }

    @Test
    void a_form_that_is_sent_again_with_another_boundary_gets_the_first_answer() {
        String first = sends(form(), "k").text();
        Reply second = sends(new WrittenForm("another").text("model", MODEL).file("file", wav()), "k");
        assertThat(second.text()).isEqualTo(first);
        assertThat(second.header("content-type")).isEqualTo("application/json");
        assertThat(customer.tasks()).isEqualTo(1);
    }

    @ParameterizedTest
    @CsvSource(
            delimiter = '|',
            quoteCharacter = '`',
            value = {
                "response_format|verbose_json|must be json or text, got 'verbose_json'",
                "response_format|srt|must be json or text, got 'srt'",
                "response_format|vtt|must be json or text, got 'vtt'",
                "response_format|diarized_json|must be json or text, got 'diarized_json'",
                "response_format|xml|must be one of",
                "timestamp_granularities[]|word|is not supported",
                "include[]|logprobs|is not supported",
                "known_speaker_names[]|A|speakers are not distinguished",
                "known_speaker_references[]|A|speakers are not distinguished",
                "language|in german|must be the code of a language",
                "language|`x`|must be the code of a language",
                "temperature|hot|must be",
                "temperature|3|must be",
                "stream|maybe|must be",
            })
    void what_cannot_be_served_is_refused_with_the_field(String field, String value, String why) {
        assertRefused(sends(form().text(field, value)), field.replace("[]", ""), why);
    }

    private void assertRefused(Reply reply, String field, String why) {
        assertThat(reply.status()).as(reply.text()).isEqualTo(400);
        assertThat(reply.error().get("param").asString()).startsWith(field);
        assertThat(reply.error().get("message").asString()).contains(why);
        assertThat(gateway.asked()).isEmpty();
    }

    @Test
    void a_prompt_that_is_too_long_is_refused() {
        assertRefused(sends(form().text("prompt", "a".repeat(32_001))), "prompt", "32000");
    }

    @Test
    void a_form_needs_a_model_and_one_file_of_sound() {
        assertRefused(sends(new WrittenForm().file("file", wav())), "model", "is required");
        assertRefused(sends(new WrittenForm().text("model", MODEL)), "file", "is required, as a file of the form");
        assertRefused(
                sends(new WrittenForm().text("model", MODEL).text("file", "https://a.example/a.wav")),
                "file",
                "is required, as a file of the form");
        assertRefused(sends(form().file("file", wav())), "file", "must be one file, got several");
        assertRefused(
                sends(new WrittenForm().text("model", MODEL).file("file", new byte[0])), "file", "its bytes are none");
        assertRefused(
                sends(new WrittenForm()
                        .text("model", MODEL)
                        .file("file", "Good morning".getBytes(StandardCharsets.UTF_8))),
                "file",
                "its bytes are of an unknown type");
        assertRefused(
                sends(new WrittenForm()
                        .text("model", MODEL)
                        .file("file", "%PDF-1.7 ".getBytes(StandardCharsets.UTF_8))),
                "file",
                "its bytes are application/pdf");
    }

    @ParameterizedTest
    @CsvSource({
        "gemini-3.8-flash-tts, makes speech. Use /v1/audio/speech.",
        "gemini-3-pro-image, 'makes images. Use a model of text, which hears.'",
        "gemini-embedding-2, embeddings",
    })
    void a_model_that_does_not_hear_is_refused(String model, String why) {
        assertRefused(sends(new WrittenForm().text("model", model).file("file", wav())), "model", why);
    }

    @Test
    void another_file_is_not_read_and_named() {
        assertThat(sends(form().file("other", wav())).header("x-tollgate-ignored"))
                .isEqualTo("other");
    }

    @Test
    void json_is_no_form() {
        Reply reply = gateway.post("/v1/audio/transcriptions", json("{'model':'" + MODEL + "'}"), customer.key());
        assertThat(reply.status()).isEqualTo(415);
        assertThat(reply.text()).contains("multipart/form-data");
    }

    @Test
    void transcripts_of_random_sizes_cost_what_a_second_calculation_says() {
        JsonNode price = gateway.get("/v1/prices", customer.key())
                .json()
                .get("data")
                .valueStream()
                .filter(each -> each.get("model").asString().equals(MODEL))
                .findAny()
                .orElseThrow();
        AtomicReference<BigDecimal> sum = new AtomicReference<>(BigDecimal.ZERO);
        Randomly.run(Effort.of(30, 1_000), random -> {
            int seconds = random.nextInt(1, 20);
            int audio = random.nextInt(25 * seconds + 1);
            int out = random.nextInt(1, 500);
            gateway.script(says("Text", audio, out));
            WrittenForm form = new WrittenForm().text("model", MODEL).file("file", silence(seconds));
            assertThat(sends(random.nextBoolean() ? form : form.text("stream", "true"))
                            .status())
                    .isEqualTo(200);
            BigDecimal heard = price.has("audio_input")
                    ? price.get("audio_input").decimalValue()
                    : price.get("input").decimalValue();
            BigDecimal charge = price.get("input")
                    .decimalValue()
                    .multiply(BigDecimal.valueOf(40))
                    .add(heard.multiply(BigDecimal.valueOf(audio)))
                    .add(price.get("output").decimalValue().multiply(BigDecimal.valueOf(out)))
                    .movePointLeft(6);
            sum.accumulateAndGet(charge, BigDecimal::add);
            assertThat(customer.lastTask().get("credits_consumed").decimalValue())
                    .isEqualByComparingTo(charge);
        });
        assertThat(customer.consumed()).isEqualByComparingTo(sum.get());
    }
}
