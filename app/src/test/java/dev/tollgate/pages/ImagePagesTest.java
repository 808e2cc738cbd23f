package dev.tollgate.pages;

import static dev.tollgate.testing.Asserts.assertThat;

import dev.tollgate.testing.BesideOthers;
import dev.tollgate.testing.Browser;
import dev.tollgate.testing.Gateway;
import org.junit.jupiter.api.AfterAll;
import org.junit.jupiter.api.BeforeAll;
import org.junit.jupiter.api.Test;
import tools.jackson.databind.json.JsonMapper;

/** What pages say of models that make images, and of their calls. */
@BesideOthers
class ImagePagesTest {

    private static Gateway gateway;
    private static Browser member;

    @BeforeAll
    static void start() {
        gateway = Gateway.start("models.file", "gateway/src/test/resources/catalogues/images.yaml");
        member = new Browser(gateway.url()).signUp("painter@example.org", "a sentence nobody else has");
    }

    @AfterAll
    static void stop() {
        gateway.assertBooksAreClosed();
        gateway.close();
    }

    @Test
    void the_price_of_an_image_stands_where_models_have_prices() {
        String prices = "an image: $0.1344 (1K, 2K), $0.24 (4K)";
        assertThat(new Browser(gateway.url()).get("/").body()).contains(prices);
        assertThat(member.get("/docs/models?can=images").body()).contains(prices, "makes images");
        assertThat(member.get("/docs/models/gemini-3-pro-image").body())
                .contains("<dt>An image, 1K or 2K</dt><dd>$0.1344 <span class=\"muted\">26.88 credits</span>");
    }

    /** Two images of 1K are also no other number of images; three are also two of 2K. */
    @Test
    void a_request_names_number_and_size_of_its_images_where_their_tokens_leave_no_other() {
        for (int images = 2; images <= 3; images++) {
            String answer = member.call("/playground", "/playground/chat", """
                    {"model":"gemini-nano-banana-2.1","messages":[{"role":"user","content":"Two [[sandbox: images=%d]]"}]}""".formatted(images))
                    .body();
            String id = new JsonMapper().readTree(answer).get("id").asString();
            assertThat(member.get("/dashboard/requests/" + id).body())
                    .contains(images == 2 ? "<dd>2 images, 1K: 2,240 tokens</dd>" : "<dd>3,360 image tokens</dd>")
                    .doesNotContain("<img");
        }
    }
}
