package dev.tollgate.base.config;

/** Something in the configuration is not allowed. The message is a sentence for the operator and carries no secret. */
public final class ConfigException extends RuntimeException {

    private static final long serialVersionUID = 1L;

    public ConfigException(String message) {
        super(message);
    }
}
