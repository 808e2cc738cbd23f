package dev.tollgate.calls.metering;

import static dev.tollgate.testing.Asserts.assertThat;

import dev.tollgate.base.conversation.ContentPart;
import dev.tollgate.base.conversation.Place;
import dev.tollgate.base.conversation.PromptSize;
import dev.tollgate.base.conversation.ServiceTier;
import dev.tollgate.models.Model;
import dev.tollgate.models.PriceSchedule;
import dev.tollgate.models.PriceSchedule.Dated;
import dev.tollgate.models.Pricing;
import dev.tollgate.models.UpstreamModel;
import dev.tollgate.upstreams.hops.HopToken;
import dev.tollgate.upstreams.media.CallMedia;
import dev.tollgate.upstreams.media.LoadedMedia;
import dev.tollgate.upstreams.media.Medium;
import dev.tollgate.upstreams.pool.Ask;
import dev.tollgate.upstreams.pool.ChatAsk;
import dev.tollgate.upstreams.pool.NativeAsk;
import dev.tollgate.upstreams.pool.PromptCount;
import dev.tollgate.upstreams.pool.UpstreamEvent.Modalities;
import dev.tollgate.upstreams.sessions.PromptText;
import java.time.Duration;
import java.time.Instant;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import org.jspecify.annotations.Nullable;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.CsvSource;

/** What a call may cost at most before it is made (D31): how much is held, how much is worth starting, what an estimate says. */
class BoundsTest {

    @Test
    void without_a_maximum_a_slice_is_wanted_for_each_candidate_and_the_hold_can_grow() {
        Bounds bounds = Sold.bounds(false, 2, null);
        assertThat(bounds.wantedTokens()).isEqualTo(2 * 4_096);
        assertThat(bounds.leastTokens()).isEqualTo(2 * 256);
        assertThat(bounds.wantedMicros()).isEqualTo(100 + 2 * 8_192);
        assertThat(bounds.leastMicros()).isEqualTo(100 + 2 * 512);
        assertThat(bounds.extendable()).isTrue();
        assertThat(bounds.upstreamTokensMax(1_000)).isNull();
        assertThat(bounds.usageLimits()).isEqualTo(Sold.limits(300, 40_000, false, 40_000, false));
    }

    @Test
    void a_summary_needs_room_for_more_than_a_stub() {
        Extras extras = new Extras(
                0,
                0,
                ServiceTier.STANDARD,
                0,
                Ask.SUMMARY_TOKENS_MIN,
                Extras.Held.MOST,
                Extras.Images.NONE,
                Extras.Tools.NONE);
        Bounds bounds = new Bounds(Sold.model(false), 100, 300, false, 1, 16_384L, null, extras);
        assertThat(bounds.leastTokens()).isEqualTo(1_024);
        assertThat(bounds.wantedTokens()).isEqualTo(16_384);
    }

    @Test
    void with_a_maximum_all_of_it_is_wanted_and_sent() {
        Bounds bounds = Sold.bounds(false, 2, 1_000L);
        assertThat(bounds.wantedTokens()).isEqualTo(2_000);
        assertThat(bounds.leastTokens()).isEqualTo(512);
        assertThat(bounds.extendable()).isFalse();
        assertThat(bounds.upstreamTokensMax(10)).isEqualTo(1_000);
        assertThat(bounds.usageLimits()).isEqualTo(Sold.limits(300, 2_000, true, 40_000, false));
        assertThat(Sold.bounds(false, 2, 100L).leastTokens())
                .as("no more is needed than was asked for")
                .isEqualTo(200);
    }

    @Test
    void unwanted_thoughts_are_held_for_above_the_maximum_where_they_are_billed() {
        Bounds billed = Sold.roomy(true, false, 16, 1_024);
        assertThat(billed.wantedTokens()).isEqualTo(1_040);
        assertThat(billed.leastTokens()).isEqualTo(512);
        assertThat(billed.upstreamTokensMax(5_000)).isEqualTo(1_040);
        assertThat(billed.upstreamTokensMax(600)).isEqualTo(600);
        assertThat(billed.appliedTokensMax(600)).isEqualTo(16);
        Bounds free = Sold.roomy(false, false, 16, 1_024);
        assertThat(free.wantedTokens()).isEqualTo(16);
        assertThat(free.upstreamTokensMax(16)).isEqualTo(1_040);
        assertThat(free.usageLimits().textTokens()).isEqualTo(16);
    }

    @Test
    void room_of_thoughts_is_cut_first_where_the_prompt_leaves_less() {
        Bounds bounds = Sold.roomy(true, true, 16, 1_024);
        long context = bounds.model().upstream().inputTokensMax();
        assertThat(bounds.withCountedPrompt(context - 100, context - 100).upstreamTokensMax(5_000))
                .isEqualTo(100);
        Bounds least = bounds.withCountedPrompt(context - 10, context - 10);
        assertThat(least.askedTokensMax()).isEqualTo(10);
        assertThat(least.upstreamTokensMax(5_000)).isEqualTo(10);
    }

    @Test
    void where_thoughts_are_billed_all_that_can_come_is_wanted_and_the_maximum_is_what_is_covered() {
        Bounds bounds = Sold.bounds(true, 2, null);
        assertThat(bounds.wantedTokens()).isEqualTo(40_000);
        assertThat(bounds.leastTokens()).isEqualTo(2 * 512);
        assertThat(bounds.extendable()).isFalse();
        assertThat(bounds.upstreamTokensMax(3_001)).isEqualTo(1_500);
        assertThat(bounds.upstreamTokensMax(100_000)).isEqualTo(20_000);
        assertThat(Sold.bounds(true, 2, 1_000L).extendable()).isFalse();
        assertThat(Sold.bounds(true, 2, 1_000L).upstreamTokensMax(100_000)).isEqualTo(1_000);
    }

    @Test
    void what_a_hold_covers_is_what_is_left_of_it_behind_the_prompt() {
        Bounds bounds = Sold.bounds(false, 1, null);
        assertThat(bounds.coveredTokens(100, 300)).isEqualTo(100);
        assertThat(bounds.coveredTokens(100, 301)).isEqualTo(100);
        assertThat(bounds.coveredTokens(50, 300)).isEqualTo(125);
        assertThat(bounds.coveredTokens(301, 300)).isZero();
        assertThat(bounds.coveredTokens(100, 10_000_000)).isEqualTo(20_000);
    }

    @Test
    void a_prompt_that_is_known_better_changes_the_price_and_a_count_not_what_may_be_reported() {
        Bounds loaded = Sold.bounds(false, 1, null).withPrompt(new PromptBound(200, 0));
        assertThat(loaded.promptTokensMax()).isEqualTo(200);
        assertThat(loaded.usageLimits().promptTokens()).isEqualTo(200);
        Bounds counted = Sold.bounds(false, 1, null).withCountedPrompt(50, 50);
        assertThat(counted.promptTokensMax()).isEqualTo(50);
        assertThat(counted.usageLimits().promptTokens()).isEqualTo(300);
        assertThat(counted.mediaUncounted()).isFalse();
    }

    @Test
    void a_shared_context_must_leave_room_for_a_whole_summary() {
        UpstreamModel model = Sold.sharing(false, null).model().upstream();
        ChatAsk ask = Sold.ask("{\"model\":\"m\",\"messages\":[{\"role\":\"user\",\"content\":\"Hi\"}]}");
        PromptCount fits = new PromptCount(Sold.INPUT_TOKENS_MAX - 1_024, Modalities.NONE);
        PromptCount tooLong = new PromptCount(Sold.INPUT_TOKENS_MAX - 1_023, Modalities.NONE);
        assertThat(UpstreamErrors.beyondContext(tooLong, ask, model)).isNull();
        assertThat(UpstreamErrors.beyondContext(fits, ask.compacting(), model)).isNull();
        assertThat(UpstreamErrors.beyondContext(tooLong, ask.compacting(), model))
                .isNotNull();
    }

    @Test
    void a_shared_context_leaves_a_counted_prompt_the_rest_as_maximum() {
        long context = Sold.INPUT_TOKENS_MAX;
        Bounds asked = Sold.sharing(true, 1_000L);
        assertThat(asked.withCountedPrompt(context - 1_000, 300).askedTokensMax())
                .isEqualTo(1_000);
        assertThat(asked.withCountedPrompt(context - 999, 300).askedTokensMax()).isEqualTo(999);
        assertThat(asked.withPrompt(new PromptBound(context, 0)).askedTokensMax())
                .as("not counted")
                .isEqualTo(1_000);
        assertThat(Sold.sharing(true, null).withCountedPrompt(context - 5, 300).upstreamTokensMax(100))
                .isEqualTo(5);
        assertThat(Sold.sharing(false, null).withCountedPrompt(context - 5, 300).askedTokensMax())
                .as("no maximum is sent")
                .isNull();
        assertThat(Sold.bounds(true, 1, 1_000L)
                        .withCountedPrompt(context - 5, 300)
                        .askedTokensMax())
                .as("a context of its own")
                .isEqualTo(1_000);
    }

    // ---- the prompt ----

    private static ChatAsk ask(String more) {
        return Sold.ask("{\"model\":\"m\",\"messages\":[{\"role\":\"user\",\"content\":\"abcd\"}]" + more + "}");
    }

    private static final String TOOL = "{\"type\":\"function\",\"function\":{\"name\":\"f\"}}";

    @Test
    void a_prompt_is_a_token_a_byte_and_some_for_each_message_call_and_tool() {
        assertThat(bound(ask(""))).isEqualTo(4 + 64);
        assertThat(bound(ask(",\"tools\":[" + TOOL + "]"))).isEqualTo(5 + 2 * 64);
        assertThat(
                        bound(
                                Sold.ask(
                                        "{\"model\":\"m\",\"messages\":[{\"role\":\"user\",\"content\":\"abcd\"},{\"role\":\"assistant\",\"tool_calls\":[{\"id\":\"i\",\"type\":\"function\",\"function\":{\"name\":\"f\",\"arguments\":\"{}\"}}]},{\"role\":\"tool\",\"tool_call_id\":\"i\",\"content\":\"x\"}]}")))
                .isEqualTo(4 + 4 + 2 + 4 * 64);
    }

    @Test
    void a_search_adds_what_it_may_find() {
        assertThat(bound(ask(",\"web_search_options\":{}"))).isEqualTo(4 + 64 + 16_384);
        assertThat(PromptBound.counted(7, ask(",\"web_search_options\":{}"), upstream()))
                .isEqualTo(7 + 16_384);
        assertThat(PromptBound.counted(7, ask(""), upstream())).isEqualTo(7);
    }

    @Test
    void a_prompt_is_never_more_than_the_context() {
        assertThat(PromptBound.counted(Sold.INPUT_TOKENS_MAX + 1, ask(""), upstream()))
                .isEqualTo(Sold.INPUT_TOKENS_MAX);
        ChatAsk remote = Sold.ask(
                "{\"model\":\"m\",\"messages\":[{\"role\":\"user\",\"content\":[{\"type\":\"image_url\",\"image_url\":{\"url\":\"https://example.com/a\"}}]}]}");
        assertThat(bound(remote)).isEqualTo(Sold.INPUT_TOKENS_MAX);
    }

    private static UpstreamModel upstream() {
        return Sold.model(false).upstream();
    }

    private static long bound(ChatAsk ask) {
        return PromptBound.of(ask.promptSize(), ask, upstream()).tokensMax();
    }

    // ---- media ----

    private static final String URL = "https://example.com/a";

    @ParameterizedTest
    @CsvSource({
        "image/png, 100, 4128",
        "audio/wav, 2300, 101",
        "video/mp4, 2500, 101",
        "text/csv, 777, 777",
        "application/pdf, 100, 4128",
        "application/pdf, 3568, 4128",
        "application/pdf, 3569, 4129",
        "application/pdf, 600000, 560000"
    })
    void a_medium_is_bounded_by_its_type_and_its_bytes(String type, int bytes, long tokens) {
        CallMedia loaded = LoadedMedia.of(Map.of(URL, Medium.of(type, new byte[bytes])));
        assertThat(MediaBound.tokens(medium(new ContentPart.Source.Remote(URL), null), loaded))
                .isEqualTo(tokens);
    }

    @Test
    void media_that_came_with_the_request_count_by_their_base64() {
        ContentPart.Source.Inline bytes = new ContentPart.Source.Inline("A".repeat(400));
        assertThat(MediaBound.tokens(medium(bytes, "text/plain"), new CallMedia()))
                .isEqualTo(300);
        assertThat(MediaBound.tokens(medium(bytes, null), new CallMedia())).isEqualTo(4_128);
        ChatAsk ask = Sold.ask(
                "{\"model\":\"m\",\"messages\":[{\"role\":\"user\",\"content\":[{\"type\":\"image_url\",\"image_url\":{\"url\":\"https://example.com/a\"}},{\"type\":\"image_url\",\"image_url\":{\"url\":\"data:image/png;base64,iVBORw0KGgoAAAAA\"}}]}]}");
        assertThat(MediaBound.inlineBytes(ask.promptSize())).isEqualTo(12);
    }

    private static ContentPart.Media medium(ContentPart.Source source, String type) {
        return new ContentPart.Media(Place.NONE, ContentPart.Named.FILE, source, type, null, null);
    }

    // ---- estimates ----

    private static PriceEstimate estimate(Long tokensMax, Long counted) {
        MeteredCall call = Sold.request(false).with(new Translation(Sold.bounds(false, 2, tokensMax), 4, null, 0));
        return PriceEstimate.of(
                call, Optional.ofNullable(counted).map(tokens -> new PromptCount(tokens, Modalities.NONE)));
    }

    @Test
    void an_estimate_is_from_the_prompt_alone_to_the_whole_answer() {
        assertThat(estimate(1_000L, 70L))
                .isEqualTo(new PriceEstimate(70, 100 + 2 * 2_000, 100 + 2 * 2_000, 100, 1_000));
        assertThat(estimate(null, 70L))
                .isEqualTo(new PriceEstimate(70, 100 + 2 * 40_000, 100 + 2 * 40_000, 100, 20_000));
        assertThat(estimate(1_000L, null).leastMicros())
                .as("the least that any call costs")
                .isEqualTo(10);
        assertThat(estimate(1L, 100_000L).leastMicros())
                .as("never above the most")
                .isEqualTo(104);
    }

    private static Pricing times(int factor) {
        return new Pricing(
                "v" + factor,
                factor * 1_000_000L,
                factor * 2_000_000L,
                false,
                new Pricing.Rounding(Pricing.Rounding.Form.FLOOR_TOTAL, 1, 10L * factor));
    }

    @Test
    void an_estimate_until_a_deadline_has_the_dearest_price_before_it() {
        Instant now = Instant.parse("2026-06-01T00:00:00Z");
        Instant deadline = now.plus(Duration.ofDays(1));
        PriceSchedule prices = new PriceSchedule(List.of(
                new Dated(Instant.MIN, times(2)),
                new Dated(now.plus(Duration.ofHours(5)), times(4)),
                new Dated(now.plus(Duration.ofHours(9)), times(1)),
                new Dated(deadline, times(10))));
        Model model = Sold.model(false).atPrices(prices).at(now);
        Bounds bounds = new Bounds(model, 100, 300, false, 2, 1_000L, null, Extras.NONE);
        PriceEstimate estimate = PriceEstimate.until(deadline, now, bounds);
        assertThat(estimate.mostMicros()).isEqualTo(4 * (100 + 2 * 2_000));
        assertThat(estimate.leastMicros()).as("of the cheapest").isEqualTo(10);
        PriceEstimate unread = PriceEstimate.unread(deadline, now, model);
        assertThat(unread.mostMicros())
                .as("the whole context and the longest answer")
                .isEqualTo(4 * (Sold.INPUT_TOKENS_MAX + 2 * Sold.OUTPUT_TOKENS_MAX));
    }

    @Test
    void a_call_is_expected_to_come_to_its_prompt_by_four_bytes_a_token_its_media_and_a_slice_of_each_answer() {
        assertThat(expected(null)).isEqualTo(101 + 2 * 4_096);
        assertThat(expected(1_000L)).isEqualTo(101 + 2 * 1_000);
        assertThat(expected(10_000L)).isEqualTo(101 + 2 * 4_096);
        ChatAsk picture = Sold.ask(
                "{\"model\":\"m\",\"messages\":[{\"role\":\"user\",\"content\":[{\"type\":\"image_url\",\"image_url\":{\"url\":\"https://example.com/a\"}}]}]}");
        PromptSize size = picture.promptSize().plus(8);
        PromptText text = PromptText.of(size.textBytes());
        assertThat(new Translation(Sold.bounds(false, 1, 10L), size, null, text, null, 0).tokensExpected())
                .isEqualTo(2 + 258 + 10);
    }

    @Test
    void a_later_hop_is_expected_to_read_what_came_before_it() {
        assertThat(expectedHop(null)).isEqualTo(100 + 4_096);
        assertThat(expectedHop(new HopToken("a", 1, 1, 65_536, "token"))).isEqualTo(100 + 65_536 + 4_096);
        assertThat(expectedHop(HopToken.unknown("token", 1_048_576))).isEqualTo(100 + 4_096);
    }

    private static long expectedHop(@Nullable HopToken from) {
        Model model = Sold.longAnswering(Sold.model(true).pricing());
        NativeAsk hop = Sold.hop(model, 400, 262_144L, from);
        PromptSize size = hop.promptSize();
        PromptBound prompt = PromptBound.of(size, hop, model.upstream());
        Bounds bounds = Bounds.of(model, prompt, hop, 262_144L, false);
        return new Translation(bounds, size, null, PromptText.of(400), null, 0).tokensExpected();
    }

    private static long expected(Long tokensMax) {
        return new Translation(Sold.bounds(false, 2, tokensMax), 401, null, 0).tokensExpected();
    }

    @Test
    void an_answer_bears_the_name_that_its_model_is_to_show() {
        MeteredCall request = Sold.request(false);
        assertThat(request.answerModel("up-001")).isEqualTo("m");
        assertThat(List.of(request.accountId(), request.keyId())).containsExactly("acc", "key");
    }
}
