package dev.tollgate.http.exchange;

import static org.assertj.core.api.Assertions.assertThat;

import com.sun.management.ThreadMXBean;
import java.lang.management.ManagementFactory;
import java.util.List;
import org.junit.jupiter.api.Test;

/** The cost of an unknown path before its caller is authenticated. */
class RoutesTest {

    @Test
    void a_path_of_slashes_needs_little_memory() {
        ThreadMXBean threads = (ThreadMXBean) ManagementFactory.getThreadMXBean();
        Routes routes = new Routes(List.of());
        String path = "/a".repeat(4_000);
        assertThat(routes.find("GET", path)).isInstanceOf(Routes.Unknown.class);
        long before = threads.getCurrentThreadAllocatedBytes();
        Routes.Found found = routes.find("GET", path);
        assertThat(threads.getCurrentThreadAllocatedBytes() - before)
                .as("bytes for %s", found.getClass().getSimpleName())
                .isLessThan(100_000);
    }
}
