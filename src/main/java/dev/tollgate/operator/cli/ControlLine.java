package dev.tollgate.operator.cli;

import java.io.ByteArrayOutputStream;
import java.io.EOFException;
import java.io.IOException;
import java.nio.ByteBuffer;
import java.nio.channels.SocketChannel;
import java.time.Duration;

/** Lines on a control connection, with a limit of length and of time. */
final class ControlLine implements AutoCloseable {

    private final SocketChannel channel;
    private final Thread deadline;

    /** Takes the channel over; after the time it is closed, whatever goes on. */
    ControlLine(SocketChannel channel, Duration time) {
        this.channel = channel;
        this.deadline = Thread.startVirtualThread(() -> closeAfter(time));
    }

    /** A line without its end. */
    byte[] read() throws IOException {
        ByteArrayOutputStream line = new ByteArrayOutputStream();
        ByteBuffer buffer = ByteBuffer.allocate(8 * 1024);
        while (channel.read(buffer.clear()) >= 0) {
            int length = buffer.flip().remaining();
            boolean ends = length > 0 && buffer.get(length - 1) == '\n';
            line.write(buffer.array(), 0, ends ? length - 1 : length);
            if (ends) {
                return line.toByteArray();
            }
            if (line.size() > ControlCodec.LINE_BYTES_MAX) {
                throw new IOException("a line is too long");
            }
        }
        throw new EOFException("the other side has gone");
    }

    /** JSON on one line has no line's end inside. */
    void write(byte[] json) throws IOException {
        ByteBuffer line = ByteBuffer.allocate(json.length + 1);
        line.put(json).put((byte) '\n').flip();
        while (line.hasRemaining()) {
            channel.write(line);
        }
    }

    boolean isClosed() {
        return !channel.isOpen();
    }

    @Override
    public void close() throws IOException {
        deadline.interrupt();
        channel.close();
    }

    private void closeAfter(Duration time) {
        try {
            Thread.sleep(time);
            channel.close();
        } catch (InterruptedException | IOException e) {
            // Closed in time, or already closed.
        }
    }
}
