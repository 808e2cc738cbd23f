package dev.tollgate.calls;

import static dev.tollgate.testing.Asserts.assertThat;

import dev.tollgate.base.config.Decimals;
import dev.tollgate.keys.KeySettings;
import dev.tollgate.keys.PriceCeiling;
import dev.tollgate.testing.BesideOthers;
import dev.tollgate.testing.CallServer;
import dev.tollgate.testing.RunningServer.Reply;
import dev.tollgate.testing.WrittenForm;
import dev.tollgate.upstreams.media.Recordings;
import java.net.URI;
import java.net.http.HttpRequest;
import java.time.Instant;
import java.util.function.Function;
import java.util.function.UnaryOperator;
import org.junit.jupiter.api.AfterAll;
import org.junit.jupiter.api.BeforeAll;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.CsvSource;

/** Each door holds a key's ceiling against the dearest token that its calls can meet, before anything is held (C18). Bodies are written with single quotes. */
@BesideOthers
class CeilingDoorsTest {

    private static final String PNG =
            "iVBORw0KGgoAAAANSUhEUgAAAAEAAAABCAYAAAAfFcSJAAAADUlEQVR42mNk+M9QDwADhgGAWjR9awAAAABJRU5ErkJggg==";

    private static CallServer gateway;
    private static String account;

    @BeforeAll
    static void start() {
        gateway = CallServer.start();
        gateway.setNow(Instant.parse("2026-11-30T12:00:00Z")); // prices have days
        account = gateway.customer("10000").account();
    }

    @AfterAll
    static void stop() {
        gateway.assertBooksAreClosed();
        assertThat(gateway.differences()).isEmpty();
        gateway.close();
    }

    private static String key(UnaryOperator<PriceCeiling> ceiling) {
        return gateway.createKey(account, KeySettings.named("c").withCeiling(ceiling.apply(PriceCeiling.NONE)))
                .secret();
    }

    private static Reply post(String path, String body, String key) {
        return gateway.post(path, body.replace('\'', '"').replace("PNG", PNG), key);
    }

    private static Reply transcribe(String model, String key) {
        WrittenForm form = new WrittenForm().text("model", model).file("file", Recordings.webm(2));
        return gateway.send(HttpRequest.newBuilder(URI.create(gateway.url() + "/v1/audio/transcriptions"))
                .header("Authorization", "Bearer " + key)
                .header("Content-Type", form.type())
                .POST(HttpRequest.BodyPublishers.ofByteArray(form.bytes())));
    }

    private static void assertHolds(String what, String price, Function<String, Reply> call) {
        long micros = Long.parseLong(price) * Decimals.MICROS;
        UnaryOperator<PriceCeiling> least =
                what.equals("input") ? it -> it.withInput(micros) : it -> it.withOutput(micros);
        UnaryOperator<PriceCeiling> above =
                what.equals("input") ? it -> it.withInput(micros - 1) : it -> it.withOutput(micros - 1);
        long calls = gateway.number("SELECT COUNT(*) FROM call");
        int asked = gateway.asked().size();
        Reply refused = call.apply(key(above));
        assertThat(refused.status()).as(refused.text()).isEqualTo(402);
        assertThat(refused.text())
                .contains(" costs " + price + " credits per million " + what + " tokens")
                .contains("; this key allows ");
        assertThat(gateway.asked()).as("nobody was asked").hasSize(asked);
        assertThat(gateway.number("SELECT COUNT(*) FROM call"))
                .as("nothing was held")
                .isEqualTo(calls);
        Reply served = call.apply(key(least));
        assertThat(served.status()).as(served.text()).isEqualTo(200);
    }

    /** Path, body, the ceiling that counts, and the price. */
    @ParameterizedTest
    @CsvSource(
            delimiter = '|',
            quoteCharacter = '`',
            value = {
                "/v1/images/generations|{'model':'gemini-3-pro-image','prompt':'A house'}|output|24000",
                "/v1/images/generations|{'model':'gemini-3-pro-image','prompt':'A house'}|input|400",
                "/v1/images|{'model':'gemini-3-pro-image','prompt':'A house'}|output|24000",
                "/v1/images/edits|{'model':'gemini-3-pro-image','prompt':'A house','images':[{'image_url':'data:image/png;base64,PNG'}]}|output|24000",
                "/v1/chat/completions|{'model':'gemini-3-pro-image','messages':[{'role':'user','content':'A house'}]}|output|24000",
                "/v1/chat/completions|{'model':'gemini-3-pro-image','modalities':['text'],'messages':[{'role':'user','content':'A house'}]}|output|2400",
                "/v1/responses|{'model':'gemini-3-pro-image','input':'A house','tools':[{'type':'image_generation'}]}|output|24000",
                "/v1beta/models/gemini-3-pro-image:generateContent|{'contents':[{'role':'user','parts':[{'text':'A house'}]}]}|output|24000",
                "/v1beta/interactions|{'model':'gemini-3-pro-image','input':'A house'}|output|24000",
                "/v1/audio/speech|{'model':'gemini-3.8-flash-lite-tts','input':'Good morning','voice':'alloy'}|input|100",
                "/v1/audio/speech|{'model':'gemini-3.8-flash-lite-tts','input':'Good morning','voice':'alloy'}|output|1200",
                "/v1/embeddings|{'model':'gemini-embedding-001','input':'Good morning'}|input|30",
                "/v1beta/models/gemini-embedding-001:embedContent|{'content':{'parts':[{'text':'Good morning'}]}}|input|30",
                "/v1beta/models/gemini-embedding-001:batchEmbedContents|{'requests':[{'model':'models/gemini-embedding-001','content':{'parts':[{'text':'Good morning'}]}}]}|input|30",
                "/v1/chat/completions|{'model':'gemini-2.5-flash','messages':[{'role':'user','content':'Hi'}]}|output|500",
                "/v1/completions|{'model':'gemini-2.5-flash','prompt':'Hi'}|output|500",
                "/v1/messages|{'model':'gemini-2.5-flash','max_tokens':50,'messages':[{'role':'user','content':'Hi'}]}|output|500",
                "/v1/responses|{'model':'gemini-2.5-flash','input':'Hi'}|output|500",
                "/v1/responses|{'model':'gemini-2.5-flash','input':'Hi','stream':true}|output|500",
                "/v1beta/models/gemini-2.5-flash:streamGenerateContent|{'contents':[{'role':'user','parts':[{'text':'Hi'}]}]}|output|500",
                "/v1beta/interactions|{'model':'gemini-2.5-flash','input':'Hi'}|output|500"
            })
    void a_door_refuses_what_can_cost_more_than_the_ceiling(String path, String body, String what, String price) {
        assertHolds(what, price, key -> post(path, body, key));
    }

    /** Audio costs more than text. */
    @ParameterizedTest
    @CsvSource({"input, 200", "output, 500"})
    void a_transcription_is_held_against_the_price_of_audio(String what, String price) {
        assertHolds(what, price, key -> transcribe("gemini-2.5-flash", key));
    }
}
