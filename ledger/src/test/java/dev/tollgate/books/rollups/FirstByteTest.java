package dev.tollgate.books.rollups;

import static dev.tollgate.testing.Asserts.assertThat;

import org.junit.jupiter.api.Test;

class FirstByteTest {

    @Test
    void a_percentile_is_interpolated_in_its_bucket() {
        long[] counts = {0, 0, 0, 0, 0, 0, 100, 0, 0, 0};

        assertThat(FirstByte.percentileMillis(counts, 50)).isEqualTo(1_500);
        assertThat(FirstByte.percentileMillis(counts, 95)).isEqualTo(1_950);
        assertThat(FirstByte.bucketOf(counts, 95)).isEqualTo(6);
    }

    @Test
    void a_percentile_in_the_last_bucket_has_no_end() {
        long[] counts = {1, 0, 0, 0, 0, 0, 0, 0, 0, 99};

        assertThat(FirstByte.percentileMillis(counts, 1)).isEqualTo(100);
        assertThat(FirstByte.percentileMillis(counts, 50)).isEqualTo(Long.MAX_VALUE);
        assertThat(FirstByte.percentileMillis(new long[10], 50)).isEqualTo(FirstByte.NONE);
    }
}
