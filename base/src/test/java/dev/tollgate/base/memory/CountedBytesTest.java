package dev.tollgate.base.memory;

import static dev.tollgate.testing.Asserts.assertThat;

import java.util.Arrays;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.CsvSource;

class CountedBytesTest {

    private final MemoryBudget budget = new MemoryBudget(10_000_000);
    private final Lease lease = budget.lease("acc_1", "127.0.0.1", false);

    /** Once as it is kept, with the room behind it, and once as it is sent. */
    @ParameterizedTest
    @CsvSource({"5, 1024, 1029", "1024, 1024, 2048", "1025, 1536, 2561", "40000, 40000, 80000"})
    void what_was_written_is_kept_and_charged_with_its_room(int bytes, int room, int charged) {
        CountedBytes out = new CountedBytes(lease, 1_024);
        byte[] written = new byte[bytes];
        Arrays.fill(written, (byte) 7);
        out.write(written, 0, bytes);
        byte[] kept = out.kept();
        assertThat(kept).hasSize(room).startsWith(written);
        assertThat(out.size()).isEqualTo(bytes);
        assertThat(budget.takenBytes()).isEqualTo(charged);
    }
}
