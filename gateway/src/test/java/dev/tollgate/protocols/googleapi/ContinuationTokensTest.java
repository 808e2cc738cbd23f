package dev.tollgate.protocols.googleapi;

import static dev.tollgate.testing.Asserts.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import dev.tollgate.base.error.ApiException;
import dev.tollgate.base.memory.Lease;
import dev.tollgate.storage.secrets.SecretBox;
import dev.tollgate.upstreams.hops.HopToken;
import java.security.SecureRandom;
import java.util.Random;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.ValueSource;

/** Tokens of long responses, sealed and opened. */
class ContinuationTokensTest {

    private static final String MINE = "acc_mine";
    private static final String MODEL = "gemini-4-argon";
    private static final long CONTEXT = 1_048_576;
    private static final String OLD = "5e".repeat(32);
    private static final String NEW = "5f".repeat(32);

    private final ContinuationTokens tokens = of(OLD);

    @ParameterizedTest
    @ValueSource(strings = {"QUJD", "", "東京 \u0000\"\\"})
    void a_token_opens_as_it_was_sealed(String upstreams) {
        HopToken token = new HopToken("gemini-eu", -42, 3, 190_000, upstreams);
        assertThat(opened(tokens, sealed(token))).isEqualTo(token);
    }

    @Test
    void two_seals_of_a_token_differ() {
        HopToken token = new HopToken("a", 1, 1, 5, "QUJD");
        assertThat(sealed(token)).isNotEqualTo(sealed(token)).startsWith("dGdkM");
    }

    @Test
    void a_token_opens_on_every_server_with_the_same_key() {
        String sealed = sealed(new HopToken("a", 1, 1, 5, "QUJD"));
        assertThat(opened(of(OLD), sealed).upstreams()).isEqualTo("QUJD");
        assertThatThrownBy(() -> opened(of(NEW), sealed)).isInstanceOf(ApiException.class);
    }

    @Test
    void no_altered_letter_opens() {
        String sealed = sealed(new HopToken("a", 1, 1, 5, "QUJD"));
        Random random = new Random(7);
        for (int i = 0; i < 200; i++) {
            char[] letters = sealed.toCharArray();
            int at = 5 + random.nextInt(letters.length - 8);
            letters[at] = letters[at] == 'A' ? 'B' : 'A';
            assertThatThrownBy(() -> opened(tokens, new String(letters)))
                    .isInstanceOf(ApiException.class)
                    .hasMessageContaining("was altered");
        }
    }

    @Test
    void another_accounts_or_models_token_does_not_open() {
        String sealed = sealed(new HopToken("a", 1, 1, 5, "QUJD"));
        assertThatThrownBy(() -> tokens.opened(sealed, "acc_other", MODEL, CONTEXT, Lease.FREE))
                .isInstanceOf(ApiException.class);
        assertThatThrownBy(() -> tokens.opened(sealed, MINE, "gemini-4-neon", CONTEXT, Lease.FREE))
                .isInstanceOf(ApiException.class);
    }

    @ParameterizedTest
    @ValueSource(strings = {"dGdkM", "dGdkMQ", "dGdkMQ==", "dGdkMQA", "dGdkM?", "dGdkM東"})
    void less_than_a_token_of_ours_is_refused(String token) {
        assertThatThrownBy(() -> opened(tokens, token)).isInstanceOf(ApiException.class);
    }

    @Test
    void another_form_is_the_providers_and_may_follow_a_whole_context() {
        assertThat(opened(tokens, "Q0lFQg==")).isEqualTo(new HopToken(null, 0, 0, CONTEXT, "Q0lFQg=="));
    }

    private String sealed(HopToken token) {
        return tokens.sealing(MINE, MODEL).seal(token);
    }

    private static HopToken opened(ContinuationTokens tokens, String sealed) {
        return tokens.opened(sealed, MINE, MODEL, CONTEXT, Lease.FREE);
    }

    private static ContinuationTokens of(String ring) {
        return new ContinuationTokens(new SecretBox(ring, new SecureRandom()));
    }
}
