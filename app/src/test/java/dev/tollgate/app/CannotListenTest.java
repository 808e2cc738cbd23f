package dev.tollgate.app;

import static dev.tollgate.testing.Asserts.assertThat;

import dev.tollgate.Main;
import java.io.PrintWriter;
import java.io.StringWriter;
import java.net.InetAddress;
import java.net.ServerSocket;
import java.nio.file.Path;
import java.util.Map;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;

/** A start that cannot listen, as the operator sees it. */
class CannotListenTest {

    @TempDir
    Path folder;

    private final StringWriter out = new StringWriter();
    private final StringWriter err = new StringWriter();

    private int serve(String host, int port) {
        String[] arguments = {"serve", "--data", data().toString(), "--host", host, "--port", Integer.toString(port)};
        return Main.run(arguments, Map.of(), new PrintWriter(out), new PrintWriter(err));
    }

    private Path data() {
        return folder.resolve("data");
    }

    /** The next start would not show keys that this one had made. */
    @Test
    void a_port_in_use_ends_the_start_before_anything_is_created() throws Exception {
        try (ServerSocket taken = new ServerSocket(0, 1, InetAddress.getLoopbackAddress())) {
            assertThat(serve("127.0.0.1", taken.getLocalPort())).isEqualTo(1);

            assertThat(err.toString())
                    .isEqualTo("tollgate: cannot listen on 127.0.0.1:" + taken.getLocalPort()
                            + ": Address already in use. Another address can be chosen with --host and --port.\n");
        }
        assertThat(out.toString()).isEmpty();
        assertThat(data()).doesNotExist();
    }

    @Test
    void an_address_of_another_machine_ends_the_start() {
        assertThat(serve("192.0.2.1", 8080)).isEqualTo(1);
        assertThat(err.toString())
                .startsWith("tollgate: cannot listen on 192.0.2.1:8080: ")
                .hasLineCount(1);
        assertThat(data()).doesNotExist();
    }

    @Test
    void an_unknown_host_ends_the_start() {
        assertThat(serve("nowhere.invalid", 8080)).isEqualTo(1);
        assertThat(err.toString()).startsWith("tollgate: cannot listen on nowhere.invalid:8080: ");
        assertThat(data()).doesNotExist();
    }
}
