package dev.tollgate.http.engine;

import io.netty.channel.AdaptiveRecvByteBufAllocator;
import io.netty.channel.RecvByteBufAllocator;

/**
 * The size of a read: as much as has come lately, and little while a response is awaited. Bytes that come then wait uncounted.
 */
final class ReadSizes implements RecvByteBufAllocator {

    static final int AHEAD_BYTES_MAX = 2 * 1024;

    private final RecvByteBufAllocator usual = new AdaptiveRecvByteBufAllocator().maxMessagesPerRead(1);
    private final RequestDecoder decoder;

    ReadSizes(RequestDecoder decoder) {
        this.decoder = decoder;
    }

    @Override
    public Handle newHandle() {
        return new Sized((ExtendedHandle) usual.newHandle());
    }

    private final class Sized extends DelegatingHandle implements ExtendedHandle {

        private final ExtendedHandle usual;

        private Sized(ExtendedHandle usual) {
            super(usual);
            this.usual = usual;
        }

        @Override
        public int guess() {
            int guess = usual.guess();
            return decoder.isTurnTaken() ? Math.min(guess, AHEAD_BYTES_MAX) : guess;
        }

        @Override
        public io.netty.buffer.ByteBuf allocate(io.netty.buffer.ByteBufAllocator from) {
            return from.ioBuffer(guess());
        }

        @Override
        public boolean continueReading(io.netty.util.UncheckedBooleanSupplier maybeMore) {
            return usual.continueReading(maybeMore);
        }
    }
}
