package dev.tollgate.bench;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import java.io.EOFException;
import java.io.IOException;
import java.net.InetAddress;
import java.net.ServerSocket;
import java.net.Socket;
import java.nio.charset.StandardCharsets;
import org.junit.jupiter.api.Test;

class KeptConnectionTest {

    @Test
    void answers_to_requests_sent_ahead_are_read_one_by_one_until_the_connection_ends() throws Exception {
        String first = "HTTP/1.1 200 OK\r\nContent-Length: 3\r\nx-a: b\r\n\r\na\r\n";
        String second = "HTTP/1.1 404 Not Found\r\ncontent-length: 0\r\n\r\n";
        try (ServerSocket server = new ServerSocket(0, 1, InetAddress.getLoopbackAddress());
                KeptConnection connection =
                        new KeptConnection(new Socket(InetAddress.getLoopbackAddress(), server.getLocalPort()))) {
            answer(server, first + second + "HTTP/1.1 200 OK\r\n");

            assertThat(connection.status()).isEqualTo("200");
            assertThat(connection.status()).isEqualTo("404");
            assertThatThrownBy(connection::status).isInstanceOf(EOFException.class);
        }
    }

    @Test
    void an_answer_whose_end_cannot_be_told_is_none() throws Exception {
        try (ServerSocket server = new ServerSocket(0, 1, InetAddress.getLoopbackAddress());
                KeptConnection connection =
                        new KeptConnection(new Socket(InetAddress.getLoopbackAddress(), server.getLocalPort()))) {
            answer(server, "HTTP/1.1 200 OK\r\nTransfer-Encoding: chunked\r\n\r\n0\r\n\r\n");

            assertThatThrownBy(connection::status).isInstanceOf(IOException.class);
        }
    }

    private static void answer(ServerSocket server, String bytes) throws IOException {
        try (Socket accepted = server.accept()) {
            accepted.getOutputStream().write(bytes.getBytes(StandardCharsets.US_ASCII));
        }
    }
}
