package dev.tollgate.upstreams.sessions;

import static dev.tollgate.testing.Asserts.assertThat;

import org.junit.jupiter.api.Test;

/** Counts that callers see follow the account's last counted prompt on the model (E44). */
class PromptTextTest {

    private final PromptText.Ratios ratios = new PromptText.Ratios();

    private PromptText text(String account, String model, long bytes, boolean isPlain) {
        return new PromptText(ratios, account, model, bytes, isPlain);
    }

    @Test
    void only_a_plain_prompt_of_4_KiB_tells_the_ratio_of_others() {
        PromptText wanted = text("acct_1", "m", 1_001, false);
        text("acct_1", "m", 4_095, true).counted(4_095);
        text("acct_1", "m", 8_192, false).counted(8_192);
        text("acct_1", "n", 8_192, true).counted(8_192);
        text("acct_2", "m", 8_192, true).counted(8_192);
        assertThat(wanted.tokens()).as("a quarter").isEqualTo(251);
        text("acct_1", "m", 8_192, true).counted(1_024);
        assertThat(wanted.tokens()).isEqualTo(126);
        text("acct_1", "m", 4_096, true).counted(4_096);
        assertThat(wanted.tokens()).as("the last").isEqualTo(1_001);
        assertThat(PromptText.of(1_001).tokens()).isEqualTo(251);
    }
}
