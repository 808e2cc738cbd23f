package dev.tollgate.sandbox;

import static dev.tollgate.sandbox.SandboxClient.user;
import static dev.tollgate.testing.Asserts.assertThat;

import java.nio.ByteBuffer;
import java.nio.ByteOrder;
import java.nio.charset.StandardCharsets;
import java.util.Base64;
import java.util.List;
import org.junit.jupiter.api.AfterAll;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.CsvSource;
import tools.jackson.databind.JsonNode;

/** The models that make speech: what they take and what they give. */
class SandboxSpeechTest {

    private static final String MODEL = "gemini-3.8-flash-tts";
    private static final String AUDIO = "\"responseModalities\":[\"AUDIO\"]";
    private static final SandboxClient client = new SandboxClient();

    @AfterAll
    static void stop() {
        client.close();
    }

    private static String speech(String text, String more) {
        return user(text, ",\"generationConfig\":{" + AUDIO + more + "}");
    }

    private static byte[] pcm(List<JsonNode> parts) {
        ByteBuffer all = ByteBuffer.allocate(1 << 20);
        for (JsonNode part : parts) {
            assertThat(part.at("/inlineData/mimeType").asString()).isEqualTo("audio/L16;codec=pcm;rate=24000");
            all.put(Base64.getDecoder().decode(part.at("/inlineData/data").asString()));
        }
        byte[] bytes = new byte[all.flip().remaining()];
        all.get(bytes);
        return bytes;
    }

    @Test
    void a_text_of_fifteen_characters_lasts_a_second() {
        SandboxClient.Reply reply = client.generate(MODEL, speech("Fifteen letters", ""));
        assertThat(reply.parts()).hasSize(1);
        assertThat(reply.parts().getFirst().at("/inlineData/mimeType").asString())
                .isEqualTo("audio/wav");
        byte[] file = Base64.getDecoder()
                .decode(reply.parts().getFirst().at("/inlineData/data").asString());
        ByteBuffer wav = ByteBuffer.wrap(file).order(ByteOrder.LITTLE_ENDIAN);
        assertThat(new String(file, 0, 4, StandardCharsets.US_ASCII)).isEqualTo("RIFF");
        assertThat(wav.getInt(4)).isEqualTo(36 + 48_000);
        assertThat(wav.getInt(24)).isEqualTo(24_000);
        assertThat(wav.getInt(40)).isEqualTo(48_000);
        assertThat((int) wav.getShort(44 + 48)).isEqualTo(6_000);
        assertThat(file).hasSize(44 + 48_000);
        assertThat(reply.usage().get("candidatesTokenCount").asInt()).isEqualTo(25);
        assertThat(reply.usage().get("candidatesTokensDetails").toString())
                .isEqualTo("[{\"modality\":\"AUDIO\",\"tokenCount\":25}]");
        assertThat(reply.usage().has("thoughtsTokenCount")).isFalse();
        assertThat(reply.candidate().get("finishReason").asString()).isEqualTo("STOP");
    }

    @Test
    void a_stream_brings_a_fifth_of_a_second_an_event_or_all_at_once() {
        List<JsonNode> events =
                client.stream(MODEL, speech("Fifteen letters", "")).events();
        assertThat(events).hasSize(6);
        assertThat(pcm(parts(events.getFirst()))).hasSize(9_600);
        assertThat(events.getFirst().at("/usageMetadata/candidatesTokenCount").asInt())
                .isEqualTo(5);
        List<JsonNode> whole = client.stream(MODEL + "~speech=whole", speech("Fifteen letters", ""))
                .events();
        assertThat(pcm(parts(whole.getFirst()))).hasSize(48_000);
    }

    private static List<JsonNode> parts(JsonNode event) {
        return List.copyOf(event.at("/candidates/0/content/parts").values());
    }

    @Test
    void the_maximum_ends_a_speech() {
        List<JsonNode> events = client.stream(MODEL, speech("Fifteen letters", ",\"maxOutputTokens\":10"))
                .events();
        assertThat(pcm(parts(events.get(0))).length + pcm(parts(events.get(1))).length)
                .isEqualTo(19_200);
        assertThat(events.getLast().at("/candidates/0/finishReason").asString()).isEqualTo("MAX_TOKENS");
    }

    @ParameterizedTest
    @CsvSource(
            delimiter = '|',
            quoteCharacter = '`',
            value = {
                "\"responseModalities\":[\"AUDIO\"],\"temperature\":1|{\"text\":\"Hi\"}|temperature is not supported",
                "\"topK\":1|{\"text\":\"Hi\"}|* AUDIO",
                "\"responseModalities\":[\"AUDIO\",\"TEXT\"]|{\"text\":\"Hi\"}|* AUDIO",
                "\"responseModalities\":[\"AUDIO\"]|{\"inlineData\":{\"mimeType\":\"image/png\",\"data\":\"iVBORw0KGgo=\"}}|only text is supported",
                "\"responseModalities\":[\"AUDIO\"],\"speechConfig\":{\"voiceConfig\":{\"prebuiltVoiceConfig\":{\"voiceName\":\"alloy\"}}}|{\"text\":\"Hi\"}|Voice name alloy is not supported",
            })
    void what_google_refuses_is_refused(String config, String part, String why) {
        SandboxClient.Reply reply = client.generate(
                MODEL, "{\"contents\":[{\"parts\":[" + part + "]}],\"generationConfig\":{" + config + "}}");
        assertThat(reply.status()).isEqualTo(400);
        assertThat(reply.error()).contains(why);
    }

    @Test
    void a_voice_of_googles_is_taken_in_any_case() {
        assertThat(client.generate(
                                MODEL,
                                speech(
                                        "Hi",
                                        ",\"speechConfig\":{\"voiceConfig\":{\"prebuiltVoiceConfig\":{\"voiceName\":\"KORE\"}}}"))
                        .status())
                .isEqualTo(200);
    }

    @Test
    void another_model_makes_no_speech() {
        assertThat(client.generate("gemini-3.8-flash", speech("Hi", "")).status())
                .isEqualTo(400);
    }
}
