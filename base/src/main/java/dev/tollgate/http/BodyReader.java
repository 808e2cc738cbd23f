package dev.tollgate.http;

/** Makes a value of a body's bytes; touches nothing of the exchange, for it may run on another thread. */
@FunctionalInterface
public interface BodyReader<T> {

    /**
     * @param body the whole body, decompressed; not to be changed
     * @throws dev.tollgate.base.error.ApiException where the caller's input is refused
     */
    T read(byte[] body);
}
