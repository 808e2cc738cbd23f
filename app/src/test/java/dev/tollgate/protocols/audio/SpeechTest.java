package dev.tollgate.protocols.audio;

import static dev.tollgate.testing.Asserts.assertThat;

import dev.tollgate.testing.BesideOthers;
import dev.tollgate.testing.Browser;
import dev.tollgate.testing.Channels;
import dev.tollgate.testing.Customer;
import dev.tollgate.testing.Effort;
import dev.tollgate.testing.Gateway;
import dev.tollgate.testing.Randomly;
import dev.tollgate.testing.RawCall;
import dev.tollgate.testing.RunningServer.Reply;
import dev.tollgate.testing.UpstreamScript;
import java.io.ByteArrayOutputStream;
import java.io.IOException;
import java.math.BigDecimal;
import java.net.http.HttpClient;
import java.net.http.HttpResponse;
import java.nio.ByteBuffer;
import java.nio.ByteOrder;
import java.nio.charset.StandardCharsets;
import java.nio.file.Files;
import java.nio.file.Path;
import java.time.Instant;
import java.util.ArrayList;
import java.util.Arrays;
import java.util.Base64;
import java.util.List;
import java.util.Map;
import java.util.Random;
import java.util.concurrent.atomic.AtomicReference;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.CsvSource;
import org.junit.jupiter.params.provider.ValueSource;
import tools.jackson.databind.JsonNode;
import tools.jackson.databind.json.JsonMapper;

/** {@code POST /v1/audio/speech}, and models of speech at the other doors. Bodies are written with single quotes. */
@BesideOthers
class SpeechTest {

    private static final String MODEL = "gemini-3.8-flash-tts";
    private static final int HEADER = 44;
    private static final int TOKEN_BYTES = 1_920;

    private Gateway gateway;
    private Customer customer;

    @BeforeEach
    void start() {
        gateway = Gateway.start();
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

    private static String body(String input, String fields) {
        return json("{'model':'" + MODEL + "','input':'" + input + "'" + fields + "}");
    }

    private Reply asks(String body) {
        return gateway.post("/v1/audio/speech", body, customer.key());
    }

    private HttpResponse<byte[]> speaks(String input, String fields) {
        try (HttpClient client = HttpClient.newHttpClient()) {
            return client.send(
                    gateway.request("POST", "/v1/audio/speech", body(input, fields), customer.key())
                            .build(),
                    HttpResponse.BodyHandlers.ofByteArray());
        } catch (IOException | InterruptedException e) {
            throw new AssertionError(e);
        }
    }

    private static String event(byte[] pcm, int tokens, String finish) {
        String usage = tokens < 0
                ? ""
                : ",'usageMetadata':{'promptTokenCount':10,'candidatesTokenCount':" + tokens
                        + ",'candidatesTokensDetails':[{'modality':'AUDIO','tokenCount':" + tokens
                        + "}],'totalTokenCount':" + (10 + tokens) + "}";
        return json(
                "{'candidates':[{'content':{'role':'model','parts':[{'inlineData':{'mimeType':'audio/L16;codec=pcm;rate=24000','data':'"
                        + Base64.getEncoder().encodeToString(pcm) + "'}}]}" + finish + "}]" + usage + "}");
    }

    private static byte[] pcm(Random random, int bytes) {
        byte[] pcm = new byte[bytes];
        random.nextBytes(pcm);
        return pcm;
    }

    private static final String STOP = ",'finishReason':'STOP'";

    // ---- what comes ----

    @Test
    void a_speech_without_a_format_is_a_wav_file_with_a_true_header_and_charge() {
        HttpResponse<byte[]> reply = speaks("Good morning to all", ",'voice':'alloy'");
        assertThat(reply.statusCode()).isEqualTo(200);
        assertThat(reply.headers().firstValue("content-type")).hasValue("audio/wav");
        ByteBuffer wav = ByteBuffer.wrap(reply.body()).order(ByteOrder.LITTLE_ENDIAN);
        assertThat(new String(reply.body(), 0, 4, StandardCharsets.US_ASCII)).isEqualTo("RIFF");
        assertThat(wav.getInt(4)).isEqualTo(reply.body().length - 8);
        assertThat(new String(reply.body(), 8, 8, StandardCharsets.US_ASCII)).isEqualTo("WAVEfmt ");
        assertThat(List.of(wav.getInt(16), (int) wav.getShort(20), (int) wav.getShort(22), wav.getInt(24)))
                .isEqualTo(List.of(16, 1, 1, 24_000));
        assertThat(List.of(wav.getInt(28), (int) wav.getShort(32), (int) wav.getShort(34)))
                .isEqualTo(List.of(48_000, 2, 16));
        assertThat(new String(reply.body(), 36, 4, StandardCharsets.US_ASCII)).isEqualTo("data");
        assertThat(wav.getInt(40)).isEqualTo(reply.body().length - HEADER);
        int tokens = (reply.body().length - HEADER) / TOKEN_BYTES;
        JsonNode task = customer.lastTask();
        assertThat(reply.headers().firstValue("x-tollgate-task-id"))
                .hasValue(task.get("id").asString());
        assertThat(task.at("/usage/completion_tokens").asInt()).isEqualTo(tokens);
        assertThat(task.at("/usage/completion_tokens_details/audio_tokens").asInt())
                .isEqualTo(tokens);
        assertThat(task.at("/usage/completion_tokens_details/text_tokens").asInt())
                .isZero();
        assertThat(task.get("credits_consumed").decimalValue())
                .isEqualByComparingTo(price(task.at("/usage/prompt_tokens").asInt(), tokens));
        assertThat(gateway.number("SELECT COUNT(*) FROM call WHERE door = 'audio'"))
                .isEqualTo(1);
    }

    private static BigDecimal price(int in, int out) {
        return BigDecimal.valueOf(in * 100L + out * 1_800L, 6);
    }

    @Test
    void the_model_is_asked_for_audio_alone_with_the_voice_the_instructions_and_its_maximum() {
        speaks("Hi", ",'voice':'Nova','instructions':'Say cheerfully','response_format':'pcm'");
        JsonNode asked = gateway.lastAsked();
        assertThat(asked.at("/contents/0/parts").toString())
                .isEqualTo(json("[{'text':'Hi','speechMetadata':{'style':'Say cheerfully'}}]"));
        assertThat(asked.at("/generationConfig/responseModalities").toString()).isEqualTo(json("['AUDIO']"));
        assertThat(asked.at("/generationConfig/speechConfig").toString())
                .isEqualTo(json("{'voiceConfig':{'prebuiltVoiceConfig':{'voiceName':'Leda'}}}"));
        assertThat(asked.at("/generationConfig/maxOutputTokens").asInt()).isEqualTo(16_384);
        assertThat(asked.get("generationConfig").has("thinkingConfig")).isFalse();
        speaks("Hi", ",'voice':'Zephyr','instructions':''");
        assertThat(gateway.lastAsked().toString()).contains("\"voiceName\":\"Zephyr\"", "[{\"text\":\"Hi\"}]");
        speaks("Hi", "");
        assertThat(gateway.lastAsked().get("generationConfig").has("speechConfig"))
                .isFalse();
    }

    @Test
    void the_rows_maximum_limits_a_speech_at_both_doors(@TempDir Path folder) throws IOException {
        String rows =
                Files.readString(Path.of("models/gemini-all.yaml")).replace("max_tokens: 16384", "max_tokens: 100");
        Path file = Files.writeString(folder.resolve("models.yaml"), rows);
        try (Gateway own = Gateway.start("models.file", file.toString())) {
            String key = own.customer("10").key();
            own.post("/v1/audio/speech", body("Hi", ""), key);
            assertThat(own.lastAsked().at("/generationConfig/maxOutputTokens").asInt())
                    .isEqualTo(100);
            own.post(
                    "/v1beta/models/" + MODEL + ":generateContent",
                    json("{'contents':[{'parts':[{'text':'Hello'}]}]}"),
                    key);
            assertThat(own.lastAsked().at("/contents/0/parts/0/text").asString())
                    .isEqualTo("Hello");
            assertThat(own.lastAsked().at("/generationConfig/maxOutputTokens").asInt())
                    .isEqualTo(100);
        }
    }

    @Test
    void the_style_counts_in_the_hold_as_the_text_does() {
        BigDecimal plain = held("");
        assertThat(held(",'instructions':'" + "calm ".repeat(200) + "'").subtract(plain))
                .isEqualByComparingTo(price(1_000, 0));
    }

    private BigDecimal held(String fields) {
        assertThat(speaks("Hi", fields).statusCode()).isEqualTo(200);
        return customer.lastTask().get("held").decimalValue();
    }

    @Test
    void pages_name_the_price_of_a_minute_and_a_call_that_speaks() {
        Browser stranger = new Browser(gateway.url());
        assertThat(stranger.get("/docs/models?can=speech").body())
                .contains("a minute of speech: $0.0135", "a minute of speech: $0.009", "makes speech")
                .doesNotContain("/playground?model=gemini-3.8-flash-tts");
        assertThat(stranger.get("/docs/models/" + MODEL).body())
                .contains(
                        "<dt>A minute of speech</dt><dd>$0.0135 <span class=\"muted\">2.7 credits</span>",
                        "<dt>A minute of speech</dt><dd>$0.027",
                        "/v1/audio/speech -o hello.wav",
                        "16,384 tokens of audio, 25 a second")
                .doesNotContain("<dt>Thoughts</dt>");
    }

    @Test
    void pcm_is_streamed_and_is_the_same_as_in_a_wav_file() {
        HttpResponse<byte[]> pcm = speaks("One and the same", ",'response_format':'pcm'");
        assertThat(pcm.headers().firstValue("content-type")).hasValue("audio/pcm");
        assertThat(pcm.headers().firstValue("content-length")).isEmpty();
        byte[] wav = speaks("One and the same", ",'response_format':'wav'").body();
        assertThat(pcm.body()).isEqualTo(Arrays.copyOfRange(wav, HEADER, wav.length));
    }

    @Test
    void events_bring_the_audio_the_usage_and_the_charge() throws IOException {
        byte[] wav = speaks("One and the same", "").body();
        Reply reply = asks(body("One and the same", ",'stream_format':'sse','speed':1"));
        assertThat(reply.header("content-type")).startsWith("text/event-stream");
        byte[] all = new byte[0];
        List<JsonNode> events = reply.chunks();
        for (JsonNode event : events.subList(0, events.size() - 1)) {
            assertThat(event.get("type").asString()).isEqualTo("speech.audio.delta");
            byte[] part = Base64.getDecoder().decode(event.get("audio").asString());
            all = ByteBuffer.allocate(all.length + part.length)
                    .put(all)
                    .put(part)
                    .array();
        }
        assertThat(all).isEqualTo(Arrays.copyOfRange(wav, HEADER, wav.length));
        JsonNode done = events.getLast();
        int in = done.at("/usage/input_tokens").asInt();
        assertThat(done.get("type").asString()).isEqualTo("speech.audio.done");
        assertThat(done.at("/usage/output_tokens").asInt()).isEqualTo(all.length / TOKEN_BYTES);
        assertThat(done.at("/usage/total_tokens").asInt()).isEqualTo(in + all.length / TOKEN_BYTES);
        assertThat(done.get("credits_consumed").decimalValue())
                .isEqualByComparingTo(price(in, all.length / TOKEN_BYTES));
    }

    @Test
    void another_speed_has_no_effect_and_is_named() {
        Reply reply = asks(body("Hi", ",'speed':1.5,'nothing':1"));
        assertThat(reply.status()).isEqualTo(200);
        assertThat(reply.header("x-tollgate-ignored")).isEqualTo("speed,nothing");
    }

    @Test
    void a_repeated_key_gets_the_same_file_for_one_charge() {
        byte[] first = null;
        for (int i = 0; i < 2; i++) {
            try (HttpClient client = HttpClient.newHttpClient()) {
                HttpResponse<byte[]> reply = client.send(
                        gateway.request("POST", "/v1/audio/speech", body("Again", ""), customer.key())
                                .header("Idempotency-Key", "speech")
                                .build(),
                        HttpResponse.BodyHandlers.ofByteArray());
                assertThat(reply.headers().firstValue("content-type")).hasValue("audio/wav");
                assertThat(first == null ? reply.body() : first).isEqualTo(reply.body());
                first = reply.body();
            } catch (IOException | InterruptedException e) {
                throw new AssertionError(e);
            }
        }
        assertThat(customer.tasks()).isEqualTo(1);
    }

    // ---- what is refused before a model is asked ----

    @ParameterizedTest
    @CsvSource(
            delimiter = '|',
            quoteCharacter = '`',
            value = {
                "{'input':'Hi'}|model|is required",
                "{'model':'gemini-3.8-flash-tts'}|input|is required",
                "{'model':'gemini-3.8-flash-tts','input':' '}|input|must not be empty",
                "{'model':'gemini-3.8-flash-tts','input':5}|input|must be a string",
                "{'model':'gemini-3.8-flash-tts','input':'Hi','voice':{'id':'voice_1'}}|voice|must be the name of a voice",
                "{'model':'gemini-3.8-flash-tts','input':'Hi','voice':'a/b'}|voice|must be one of Achernar, Achird,",
                "{'model':'gemini-3.8-flash-tts','input':'Hi','voice':'nobody'}|voice|Zubenelgenubi, or OpenAI's alloy,",
                "{'model':'gemini-3.8-flash-tts','input':'Hi','instructions':[]}|instructions|must be a string",
                "{'model':'gemini-3.8-flash-tts','input':'Hi','response_format':'mp3'}|response_format|must be wav or pcm, got 'mp3'",
                "{'model':'gemini-3.8-flash-tts','input':'Hi','response_format':'opus'}|response_format|must be wav or pcm, got 'opus'",
                "{'model':'gemini-3.8-flash-tts','input':'Hi','response_format':'aac'}|response_format|must be wav or pcm, got 'aac'",
                "{'model':'gemini-3.8-flash-tts','input':'Hi','response_format':'flac'}|response_format|must be wav or pcm, got 'flac'",
                "{'model':'gemini-3.8-flash-tts','input':'Hi','response_format':'ogg'}|response_format|must be one of",
                "{'model':'gemini-3.8-flash-tts','input':'Hi','speed':5}|speed|must be",
                "{'model':'gemini-3.8-flash-tts','input':'Hi','stream_format':'ws'}|stream_format|must be",
                "{'model':'gemini-2.5-pro','input':'Hi'}|model|must be a model that makes speech: gemini-3.8-flash-tts or gemini-3.8-flash-lite-tts",
            })
    void what_cannot_be_served_is_refused_with_the_field(String body, String field, String why) {
        Reply reply = asks(json(body));
        assertThat(reply.status()).as(reply.text()).isEqualTo(400);
        assertThat(reply.error().get("param").asString()).isEqualTo(field);
        assertThat(reply.error().get("message").asString()).contains("'" + field + "'", why);
        assertThat(gateway.asked()).isEmpty();
    }

    @Test
    void a_prompt_that_is_too_long_for_the_model_is_a_400() {
        Reply reply = asks(body("word ".repeat(20_000), ""));
        assertThat(reply.status()).as(reply.text()).isEqualTo(400);
        assertThat(reply.error().get("message").asString()).contains("8192");
    }

    @ParameterizedTest
    @CsvSource(
            delimiter = '|',
            quoteCharacter = '`',
            value = {
                "/v1/chat/completions|{'model':'%s','messages':[{'role':'user','content':'Hi'}]}",
                "/v1/responses|{'model':'%s','input':'Hi'}",
                "/v1/messages|{'model':'%s','max_tokens':100,'messages':[{'role':'user','content':'Hi'}]}",
                "/v1/completions|{'model':'%s','prompt':'Hi'}",
            })
    void doors_of_text_refuse_a_model_of_speech_and_name_its_door(String path, String body) {
        Reply reply = gateway.post(path, json(body.formatted(MODEL)), customer.key());
        assertThat(reply.status()).as(reply.text()).isEqualTo(400);
        assertThat(reply.text()).contains("makes speech. Use /v1/audio/speech.");
        assertThat(gateway.asked()).isEmpty();
    }

    @Test
    void paths_of_audio_and_video_that_are_not_served_say_so() {
        assertThat(gateway.post("/v1/audio/translations", "{}", customer.key()).status())
                .isEqualTo(404);
        assertThat(gateway.post("/v1/audio/translations", "{}", customer.key()).text())
                .contains("POST /v1/audio/transcriptions writes it down");
        Reply videos = gateway.post("/v1/videos", "{}", customer.key());
        assertThat(videos.status()).isEqualTo(404);
        assertThat(videos.text()).contains("No model here makes videos.");
    }

    @Test
    void a_live_session_is_a_426_that_names_the_doors_of_audio() {
        try (RawCall call = RawCall.sending(
                gateway.app().port(),
                "GET /ws/google.ai.generativelanguage.v1beta.GenerativeService.BidiGenerateContent?key=x HTTP/1.1\r\nHost: a\r\n"
                        + "Upgrade: websocket\r\nConnection: Upgrade\r\nSec-WebSocket-Key: AAAA\r\nSec-WebSocket-Version: 13\r\n\r\n")) {
            assertThat(call.readToEnd()).startsWith("HTTP/1.1 426").contains("There are no live sessions.");
        }
    }

    @Test
    void models_of_speech_are_found_by_what_they_make() {
        JsonNode models = gateway.get("/v1/models?output_modalities=audio", customer.key())
                .json();
        assertThat(models.get("data").valueStream().map(model -> model.get("id").asString()))
                .containsExactly(MODEL, "gemini-3.8-flash-lite-tts");
        assertThat(models.at("/data/0/architecture").toString())
                .isEqualTo(json("{'input_modalities':['text'],'output_modalities':['audio']}"));
        assertThat(gateway.get("/v1/models?output_modalities=text", customer.key())
                        .text())
                .doesNotContain("-tts");
    }

    /** A channel that speaks as OpenAI does would answer in words. */
    @Test
    void a_channel_that_cannot_speak_is_not_asked() {
        try (Channels channels = Channels.of(
                "channels: [{id: far, kind: openai, base_url: \"%s/v1\", models: {%s: m}}]"
                        .formatted("http://127.0.0.1:9", MODEL),
                Map.of())) {
            Reply reply = channels.gateway()
                    .post(
                            "/v1/audio/speech",
                            body("Hi", ""),
                            channels.gateway().customer("10").key());
            assertThat(reply.status()).as(reply.text()).isEqualTo(400);
            assertThat(reply.error().get("message").asString()).contains("speech is not available of this model");
        }
    }

    // ---- the native door ----

    private Reply generate(String method, String config, String parts) {
        return gateway.post(
                "/v1beta/models/" + MODEL + ":" + method,
                json("{'contents':[{'parts':[" + parts + "]}]" + config + "}"),
                customer.key());
    }

    @Test
    void the_native_door_passes_the_voice_on_and_shows_the_audio_and_its_tokens() {
        Reply reply = generate(
                "generateContent",
                ",'generationConfig':{'responseModalities':['AUDIO'],'speechConfig':{'voiceConfig':{'prebuiltVoiceConfig':{'voiceName':'Puck'}}}}",
                "{'text':'Hello'}");
        assertThat(reply.status()).as(reply.text()).isEqualTo(200);
        assertThat(gateway.lastAsked()
                        .at("/generationConfig/speechConfig/voiceConfig/prebuiltVoiceConfig/voiceName")
                        .asString())
                .isEqualTo("Puck");
        assertThat(gateway.lastAsked().at("/generationConfig/maxOutputTokens").asInt())
                .isEqualTo(16_384);
        assertThat(reply.json().at("/candidates/0/content/parts")).hasSize(1);
        JsonNode part = reply.json().at("/candidates/0/content/parts/0/inlineData");
        byte[] file = Base64.getDecoder().decode(part.get("data").asString());
        assertThat(part.get("mimeType").asString()).isEqualTo("audio/wav");
        assertThat(ByteBuffer.wrap(file).order(ByteOrder.LITTLE_ENDIAN).getInt(40))
                .isEqualTo(file.length - HEADER);
        int tokens = reply.json().at("/usageMetadata/candidatesTokenCount").asInt();
        assertThat(file).hasSize(HEADER + tokens * TOKEN_BYTES);
        assertThat(reply.json().at("/usageMetadata/candidatesTokensDetails").toString())
                .isEqualTo(json("[{'modality':'AUDIO','tokenCount':" + tokens + "}]"));
        assertThat(reply.header("x-tollgate-ignored")).isEmpty();
        Reply stream = generate("streamGenerateContent?alt=sse", "", "{'text':'Hello'}");
        assertThat(stream.status()).isEqualTo(200);
        assertThat(stream.chunks()
                        .getFirst()
                        .at("/candidates/0/content/parts/0/inlineData/mimeType")
                        .asString())
                .startsWith("audio/L16");
        assertThat(gateway.lastAsked()
                        .at("/generationConfig/responseModalities")
                        .toString())
                .isEqualTo(json("['AUDIO']"));
    }

    @Test
    void the_native_door_passes_several_speakers_on() {
        String turns =
                "{'text':'Hello.','speechMetadata':{'speaker':'Ann','style':'warm'}},{'text':'Good evening.','speechMetadata':{'speaker':'Bob'}}";
        String speakers =
                "'multiSpeakerVoiceConfig':{'speakerVoiceConfigs':[{'speaker':'Ann','voiceConfig':{'prebuiltVoiceConfig':{'voiceName':'Kore'}}},{'speaker':'Bob','voiceConfig':{'prebuiltVoiceConfig':{'voiceName':'Puck'}}}]}";
        Reply reply = generate(
                "generateContent",
                ",'generationConfig':{'responseModalities':['AUDIO'],'speechConfig':{" + speakers + "}}",
                turns);
        assertThat(reply.status()).as(reply.text()).isEqualTo(200);
        assertThat(gateway.lastAsked().at("/contents/0/parts").toString()).isEqualTo(json("[" + turns + "]"));
        assertThat(gateway.lastAsked().at("/generationConfig/speechConfig").toString())
                .isEqualTo(json("{" + speakers + "}"));
        assertThat(reply.header("x-tollgate-ignored")).isEmpty();
    }

    @Test
    void interactions_answer_with_one_file_or_stream_its_parts() {
        String ask = "{'model':'" + MODEL + "','input':'Hello','response_format':{'type':'audio'},"
                + "'generation_config':{'speech_config':[{'voice':'Puck'}]},'stream':%s}";
        Reply whole = gateway.post("/v1beta/interactions", json(ask.formatted(false)), customer.key());
        assertThat(whole.status()).as(whole.text()).isEqualTo(200);
        assertThat(gateway.lastAsked().at("/generationConfig/speechConfig").toString())
                .contains("Puck");
        JsonNode content = whole.json().at("/steps/0/content");
        assertThat(content).hasSize(1);
        assertThat(content.at("/0/mime_type").asString()).isEqualTo("audio/wav");
        byte[] file = Base64.getDecoder().decode(content.at("/0/data").asString());
        int tokens = whole.json().at("/usage/total_output_tokens").asInt();
        assertThat(file).hasSize(HEADER + tokens * TOKEN_BYTES);
        assertThat(whole.json().at("/usage/output_tokens_by_modality/1").toString())
                .isEqualTo(json("{'modality':'audio','tokens':" + tokens + "}"));
        Reply stream = gateway.post("/v1beta/interactions", json(ask.formatted(true)), customer.key());
        int streamed = 0;
        for (String data : stream.data()) {
            if (data.contains("audio/L16")) {
                JsonNode delta = new JsonMapper().readTree(data).get("delta");
                streamed += Base64.getDecoder().decode(delta.get("data").asString()).length;
            }
        }
        assertThat(streamed).isEqualTo(tokens * TOKEN_BYTES);
    }

    @ParameterizedTest
    @ValueSource(strings = {"false", "true"})
    void an_unknown_voice_is_a_400_with_all_voices_at_googles_doors(String stream) {
        int asked = gateway.asked().size();
        String one = "{'voiceConfig':{'prebuiltVoiceConfig':{'voiceName':'%s'}}}";
        String two = "{'multiSpeakerVoiceConfig':{'speakerVoiceConfigs':[{'speaker':'A',"
                + one.formatted("KORE").substring(1) + ",{'speaker':'B',"
                + one.formatted("nobody").substring(1)
                + "]}}";
        for (String config : List.of(one.formatted("nobody"), two)) {
            Reply reply = gateway.post(
                    "/v1beta/models/gemini-3.8-flash-tts:"
                            + (stream.equals("true") ? "streamGenerateContent" : "generateContent"),
                    json("{'contents':[{'parts':[{'text':'Hi'}]}],'generationConfig':{'responseModalities':['AUDIO'],"
                            + "'speechConfig':" + config + "}}"),
                    customer.key());
            assertThat(reply.status()).as(reply.text()).isEqualTo(400);
            assertThat(reply.text())
                    .contains("voice_name: 'nobody' is no voice; allowed is one of Achernar,", "Zubenelgenubi.");
        }
        Reply interaction = gateway.post(
                "/v1beta/interactions",
                json("{'model':'gemini-3.8-flash-tts','input':'Hi','response_format':{'type':'audio'},"
                        + "'generation_config':{'speech_config':[{'voice':'nobody'}]},'stream':" + stream + "}"),
                customer.key());
        assertThat(interaction.error().get("message").asString())
                .startsWith("generation_config.speech_config[0].voice: 'nobody' is no voice");
        Reply large = gateway.post(
                "/v1beta/interactions",
                json("{'model':'gemini-3.8-flash-tts','input':'Hi','response_format':{'type':'audio'},"
                        + "'generation_config':{'speech_config':[{'voice':'" + "x".repeat(9_000) + "'}]}}"),
                customer.key());
        assertThat(large.text()).hasSizeLessThan(2_000).contains("is no voice");
        assertThat(gateway.asked()).hasSize(asked);
    }

    @Test
    void models_that_speak_and_their_voices_are_listed_without_a_key() {
        assertThat(gateway.get("/v1/audio/models").json().toString())
                .isEqualTo(json("{'models':[{'id':'gemini-3.8-flash-tts','name':'gemini-3.8-flash-tts'},"
                        + "{'id':'gemini-3.8-flash-lite-tts','name':'gemini-3.8-flash-lite-tts'}]}"));
        JsonNode voices = gateway.get("/v1/audio/voices").json().get("voices");
        assertThat(voices.size()).isEqualTo(30);
        assertThat(voices.get(0).toString()).isEqualTo(json("{'id':'Achernar','name':'Achernar'}"));
    }

    private static byte[] bytes(List<JsonNode> blobs, String type) {
        ByteArrayOutputStream all = new ByteArrayOutputStream();
        for (JsonNode blob : blobs) {
            assertThat(blob.path("mimeType").asString(blob.path("mime_type").asString("")))
                    .startsWith(type);
            all.writeBytes(Base64.getDecoder().decode(blob.get("data").asString()));
        }
        return all.toByteArray();
    }

    private static void assertSound(byte[] sound, boolean isWav, int bytes) {
        String head = new String(sound, 0, HEADER, StandardCharsets.ISO_8859_1);
        assertThat(head.startsWith("RIFF") && head.startsWith("WAVEfmt ", 8)).isEqualTo(isWav);
        assertThat(sound).hasSize(isWav ? HEADER + bytes : bytes);
    }

    @ParameterizedTest
    @CsvSource({"AUDIO_WAV, true", "audio/wav, true", "AUDIO_L16, false"})
    void the_native_door_serves_wav_and_samples_whole_and_streamed(String format, boolean isWav) {
        String config = ",'generationConfig':{'responseModalities':['AUDIO'],'responseFormat':{'audio':{'mimeType':'"
                + format + "','sampleRate':24000}}}";
        String type = isWav ? "audio/wav" : "audio/L16";
        Reply whole = generate("generateContent", config, "{'text':'Hello'}");
        assertThat(whole.status()).as(whole.text()).isEqualTo(200);
        int bytes = whole.json().at("/usageMetadata/candidatesTokenCount").asInt() * TOKEN_BYTES;
        assertSound(bytes(List.of(whole.json().at("/candidates/0/content/parts/0/inlineData")), type), isWav, bytes);
        assertThat(gateway.lastAsked().toString()).doesNotContain("responseFormat");

        List<JsonNode> parts = new ArrayList<>();
        for (JsonNode chunk : generate("streamGenerateContent?alt=sse", config, "{'text':'Hello'}")
                .chunks()) {
            chunk.at("/candidates/0/content/parts").forEach(part -> parts.add(part.get("inlineData")));
        }
        assertThat(parts).hasSizeGreaterThan(1);
        assertSound(bytes(parts, type), isWav, bytes);
    }

    @ParameterizedTest
    @CsvSource({"audio/wav, true", "audio/l16, false"})
    void interactions_serve_wav_and_samples_whole_and_streamed(String format, boolean isWav) {
        String ask = json("{'model':'" + MODEL + "','input':'Hello','response_format':{'type':'audio','mime_type':'"
                + format + "'},'stream':%s}");
        String type = isWav ? "audio/wav" : "audio/L16";
        Reply whole = gateway.post("/v1beta/interactions", ask.formatted(false), customer.key());
        assertThat(whole.status()).as(whole.text()).isEqualTo(200);
        assertThat(whole.header("x-tollgate-ignored")).isEmpty();
        int bytes = whole.json().at("/usage/total_output_tokens").asInt() * TOKEN_BYTES;
        assertSound(bytes(List.of(whole.json().at("/steps/0/content/0")), type), isWav, bytes);

        List<JsonNode> parts = new ArrayList<>();
        for (JsonNode event : gateway.post("/v1beta/interactions", ask.formatted(true), customer.key())
                .chunks()) {
            if (event.at("/delta/type").asString("").equals("audio")) {
                parts.add(event.get("delta"));
            }
        }
        assertThat(parts).hasSizeGreaterThan(1);
        assertSound(bytes(parts, type), isWav, bytes);
    }

    @ParameterizedTest
    @CsvSource(
            delimiter = '|',
            quoteCharacter = '`',
            value = {
                "'mimeType':'AUDIO_MP3'|mime_type",
                "'mimeType':'AUDIO_OGG_OPUS'|mime_type",
                "'sampleRate':8000|sample_rate",
                "'delivery':'URI'|delivery",
            })
    void another_format_of_speech_is_refused_by_name(String members, String field) {
        int asked = gateway.asked().size();
        Reply reply = generate(
                "generateContent",
                ",'generationConfig':{'responseFormat':{'audio':{" + members + "}}}",
                "{'text':'Hi'}");
        assertThat(reply.status()).as(reply.text()).isEqualTo(400);
        assertThat(reply.error().get("message").asString())
                .startsWith("generation_config.response_format.audio." + field + ": must be ");
        for (String format : List.of("'mime_type':'audio/mp3'", "'sample_rate':8000")) {
            Reply refused = gateway.post(
                    "/v1beta/interactions",
                    json("{'model':'" + MODEL + "','input':'Hi','response_format':[{'type':'audio'," + format + "}]}"),
                    customer.key());
            assertThat(refused.status()).as(refused.text()).isEqualTo(400);
            assertThat(refused.error().get("message").asString())
                    .startsWith("response_format[0]." + format.substring(1, format.indexOf("':")) + ": must be ");
        }
        assertThat(gateway.asked()).hasSize(asked);
    }

    /** Google refuses these of a model of speech, and replicated voices have a price that is not known. */
    @Test
    void the_native_door_leaves_out_sampling_and_refuses_replicated_voices() {
        Reply warm = generate(
                "generateContent",
                ",'generationConfig':{'responseModalities':['AUDIO'],'temperature':1,'topP':0.5,'topK':3}",
                "{'text':'Hello'}");
        assertThat(warm.status()).as(warm.text()).isEqualTo(200);
        assertThat(warm.header("x-tollgate-ignored"))
                .isEqualTo("generationConfig.temperature,generationConfig.topP,generationConfig.topK");
        int asked = gateway.asked().size();
        Reply cloned = generate(
                "generateContent",
                ",'generationConfig':{'speechConfig':{'voiceConfig':{'replicatedVoiceConfig':{'voiceSampleAudio':'AAAA'}}}}",
                "{'text':'Hello'}");
        assertThat(cloned.status()).isEqualTo(400);
        assertThat(cloned.text()).contains("replicatedVoiceConfig");
        assertThat(gateway.asked()).hasSize(asked);
    }

    @ParameterizedTest
    @CsvSource(
            delimiter = '|',
            quoteCharacter = '`',
            value = {
                "'TEXT'|{'text':'Hi'}|must be AUDIO alone",
                "'TEXT','AUDIO'|{'text':'Hi'}|must be AUDIO alone",
                "'IMAGE','AUDIO'|{'text':'Hi'}|must be AUDIO alone",
                "'AUDIO'|{'text':'Hi'},{'inlineData':{'mimeType':'image/png','data':'iVBORw0KGgo='}}|must be text alone",
            })
    void the_native_door_refuses_what_a_model_of_speech_cannot_do(String modalities, String parts, String why) {
        Reply reply =
                generate("generateContent", ",'generationConfig':{'responseModalities':[" + modalities + "]}", parts);
        assertThat(reply.status()).as(reply.text()).isEqualTo(400);
        assertThat(reply.text()).contains(why);
        assertThat(gateway.asked()).isEmpty();
    }

    @Test
    void a_model_of_text_refuses_audio_and_names_a_voice_that_it_does_not_have() {
        Reply audio = gateway.post(
                "/v1beta/models/gemini-2.5-pro:generateContent",
                json("{'contents':[{'parts':[{'text':'Hi'}]}],'generationConfig':{'responseModalities':['AUDIO']}}"),
                customer.key());
        assertThat(audio.status()).isEqualTo(400);
        assertThat(audio.text()).contains("does not answer in AUDIO");
        Reply style = gateway.post(
                "/v1beta/models/gemini-2.5-pro:generateContent",
                json("{'contents':[{'parts':[{'text':'Hi','speechMetadata':{'style':'warm'}}]}]}"),
                customer.key());
        assertThat(style.status()).isEqualTo(400);
        assertThat(style.text()).contains("contents[0].parts[0].speech_metadata: model 'gemini-2.5-pro' does not");
        Reply voice = gateway.post(
                "/v1beta/models/gemini-2.5-pro:generateContent",
                json(
                        "{'contents':[{'parts':[{'text':'Hi'}]}],'generationConfig':{'speechConfig':{'languageCode':'de-DE'}}}"),
                customer.key());
        assertThat(voice.status()).isEqualTo(200);
        assertThat(voice.header("x-tollgate-ignored")).isEqualTo("generationConfig.speechConfig");
        assertThat(gateway.lastAsked().toString()).doesNotContain("speechConfig");
    }

    // ---- money ----

    @Test
    void speeches_of_random_lengths_cost_what_a_second_calculation_says() {
        AtomicReference<BigDecimal> sum = new AtomicReference<>(BigDecimal.ZERO);
        Randomly.run(Effort.of(40, 1_000), random -> {
            int parts = random.nextInt(1, 5);
            boolean reports = random.nextInt(3) > 0;
            UpstreamScript script = UpstreamScript.answers();
            int bytes = 0;
            for (int part = 1; part <= parts; part++) {
                byte[] pcm = pcm(random, 2 * random.nextInt(1, 40_000));
                bytes += pcm.length;
                script = script.event(
                        event(pcm, reports && part == parts ? bytes / 1_000 : -1, part == parts ? STOP : ""));
            }
            gateway.script(script);
            String form = List.of("", ",'response_format':'pcm'", ",'stream_format':'sse'")
                    .get(random.nextInt(3));
            assertThat(speaks("Text", form).statusCode()).isEqualTo(200);
            JsonNode task = customer.lastTask();
            int in = task.at("/usage/prompt_tokens").asInt();
            boolean isReported = reports && bytes >= 1_000; // zero is no report of what came
            int out = isReported ? bytes / 1_000 : Math.ceilDiv(bytes, TOKEN_BYTES);
            assertThat(task.at("/usage/completion_tokens").asInt()).isEqualTo(out);
            assertThat(task.get("credits_consumed").decimalValue()).isEqualByComparingTo(price(in, out));
            sum.accumulateAndGet(price(in, out), BigDecimal::add);
        });
        assertThat(customer.consumed()).isEqualByComparingTo(sum.get());
    }

    @Test
    void from_the_new_year_on_the_price_is_doubled() {
        gateway.setNow(Instant.parse("2027-01-01T08:00:01Z"));
        speaks("Happy new year", "");
        JsonNode task = customer.lastTask();
        assertThat(task.get("credits_consumed").decimalValue())
                .isEqualByComparingTo(price(
                                task.at("/usage/prompt_tokens").asInt(),
                                task.at("/usage/completion_tokens").asInt())
                        .multiply(BigDecimal.TWO));
    }

    @Test
    void a_caller_who_leaves_pays_for_the_audio_that_came() {
        byte[] second = new byte[25 * TOKEN_BYTES];
        System.arraycopy("the end.".getBytes(StandardCharsets.US_ASCII), 0, second, second.length - 8, 8);
        gateway.script(UpstreamScript.answers().event(event(second, -1, "")).fault("hang"));
        try (RawCall call = RawCall.post(
                gateway.app().port(), "/v1/audio/speech", customer.key(), body("Hi", ",'response_format':'pcm'"))) {
            call.readUntil("the end.");
        }
        Gateway.await(
                "the settlement",
                () -> customer.tasks() == 1 && customer.consumed().signum() > 0);
        JsonNode usage = customer.lastTask().get("usage");
        assertThat(usage.get("completion_tokens").asInt()).isEqualTo(25);
        assertThat(usage.at("/completion_tokens_details/audio_tokens").asInt()).isEqualTo(25);
    }

    @Test
    void an_answer_without_audio_is_an_upstream_error_and_free() {
        for (String form : List.of("", ",'response_format':'pcm'", ",'stream_format':'sse'")) {
            gateway.script(
                    UpstreamScript.answers()
                            .event(
                                    json(
                                            "{'candidates':[{'content':{'role':'model','parts':[{'text':'No'}]},'finishReason':'STOP'}],'usageMetadata':{'promptTokenCount':10,'candidatesTokenCount':5,'totalTokenCount':15}}")));
            Reply reply = asks(body("Hi", form));
            assertThat(reply.status()).as(reply.text()).isEqualTo(503);
            assertThat(reply.error().get("code").asString()).isEqualTo("upstream_error");
            assertThat(reply.header("content-type")).startsWith("application/json");
        }
        assertThat(customer.consumed()).isEqualByComparingTo("0");
    }

    @Test
    void a_small_balance_buys_the_speech_that_it_covers() {
        Customer poor = gateway.customer("1.5");
        List<Integer> lengths = new ArrayList<>();
        for (String input : List.of("Hi", "word ".repeat(1_000))) {
            Reply reply = gateway.post("/v1/audio/speech", body(input, ",'stream_format':'sse'"), poor.key());
            assertThat(reply.status()).as(reply.text()).isEqualTo(200);
            assertThat(Integer.parseInt(reply.header("x-tollgate-max-tokens"))).isLessThan(840);
            lengths.add(reply.chunks().getLast().at("/usage/output_tokens").asInt());
        }
        assertThat(lengths.get(0)).isLessThan(20);
        assertThat(lengths.get(1)).isBetween(400, 560);
        assertThat(poor.balance().signum()).isNotNegative();
    }
}
