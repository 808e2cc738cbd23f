package dev.tollgate.base.json;

import org.jspecify.annotations.Nullable;
import tools.jackson.core.JsonParser;
import tools.jackson.core.JsonToken;
import tools.jackson.core.ObjectReadContext;
import tools.jackson.core.io.IOContext;
import tools.jackson.core.json.JsonFactory;
import tools.jackson.core.json.JsonFactoryBuilder;
import tools.jackson.core.json.UTF8StreamJsonParser;
import tools.jackson.core.sym.ByteQuadsCanonicalizer;

/** Jackson's parser of a whole body in memory, which can return a string as it stands in the body. */
final class BodyParser extends UTF8StreamJsonParser {

    private static final int BYTE_ORDER_MARK_BYTES = 3;

    private @Nullable JsonText text;

    private BodyParser(
            ObjectReadContext context,
            IOContext io,
            int streamFeatures,
            int formatFeatures,
            ByteQuadsCanonicalizer names,
            byte[] body,
            int from) {
        super(context, io, streamFeatures, formatFeatures, null, names, body, from, body.length, from, false);
    }

    @Override
    public @Nullable JsonToken nextToken() {
        text = null;
        return super.nextToken();
    }

    @Override
    public @Nullable String nextName() {
        text = null;
        return super.nextName();
    }

    @Override
    public String getString() {
        return text == null ? super.getString() : text.toString();
    }

    /**
     * Returns the string that the parser stands on. Jackson reads a string that is not valid, and names the fault.
     *
     * @return null if it holds half of a surrogate pair
     */
    @Nullable
    JsonText text() {
        if (text == null && _tokenIncomplete) {
            text = JsonText.read(_inputBuffer, _inputPtr, _inputEnd);
            if (text != null) {
                _inputPtr += text.length() + 1;
                _tokenIncomplete = false;
            }
        }
        if (text == null) {
            String decoded = super.getString();
            text = StrictUtf8.length(decoded) < 0 ? null : JsonText.of(decoded);
        }
        return text;
    }

    /** Returns the offset behind the token that the parser stands on. */
    int end() {
        if (_tokenIncomplete) {
            text();
        }
        return _inputPtr;
    }

    /** Makes such parsers. It takes a body for UTF-8 whatever its first bytes are. */
    static final class Factory extends JsonFactory {

        private static final long serialVersionUID = 1L;

        Factory(JsonFactoryBuilder builder) {
            super(builder);
        }

        /** @param from where the first value begins; a byte order mark is passed over */
        BodyParser of(byte[] body, int from) {
            return (BodyParser) createParser(ObjectReadContext.empty(), body, from, body.length - from);
        }

        @Override
        protected JsonParser _createParser(ObjectReadContext context, IOContext io, byte[] body, int from, int length) {
            return new BodyParser(
                    context,
                    io,
                    context.getStreamReadFeatures(_streamReadFeatures),
                    context.getFormatReadFeatures(_formatReadFeatures),
                    _byteSymbolCanonicalizer.makeChild(_factoryFeatures),
                    body,
                    from == 0 && hasByteOrderMark(body) ? BYTE_ORDER_MARK_BYTES : from);
        }

        private static boolean hasByteOrderMark(byte[] body) {
            return body.length >= BYTE_ORDER_MARK_BYTES
                    && body[0] == (byte) 0xEF
                    && body[1] == (byte) 0xBB
                    && body[2] == (byte) 0xBF;
        }
    }
}
