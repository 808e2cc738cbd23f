package dev.tollgate.base.conversation;

import static dev.tollgate.testing.Asserts.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import dev.tollgate.base.error.ApiException;
import dev.tollgate.base.memory.Lease;
import dev.tollgate.base.memory.MemoryBudget;
import java.nio.charset.Charset;
import java.nio.charset.StandardCharsets;
import java.util.Base64;
import java.util.Objects;
import org.junit.jupiter.api.Test;

class TextFilesTest {

    private static final Charset THAI = Charset.forName("TIS-620");
    private static final String TEXT = "\u0e01".repeat(300_000);

    private static String base64(Charset charset) {
        return Base64.getEncoder().encodeToString(TEXT.getBytes(charset));
    }

    @Test
    void a_text_that_grows_is_charged_at_its_new_size() {
        MemoryBudget budget = new MemoryBudget(100_000_000);
        Lease lease = budget.lease("acc_1", "127.0.0.1", false);
        String made = Objects.requireNonNull(TextFiles.inUtf8(base64(THAI), THAI, lease));
        assertThat(made).isEqualTo(base64(StandardCharsets.UTF_8));
        assertThat(budget.takenBytes()).isBetween((long) made.length(), made.length() + 65_536L);
    }

    @Test
    void a_text_without_room_for_its_new_size_is_not_made() {
        MemoryBudget budget = new MemoryBudget(1_500_000);
        Lease lease = budget.lease("acc_1", "127.0.0.1", false);
        lease.take(base64(THAI).length());
        assertThatThrownBy(() -> TextFiles.inUtf8(base64(THAI), THAI, lease)).isInstanceOf(ApiException.class);
    }
}
