package io.genserver.packaged;

/** Something found by {@link java.util.ServiceLoader}, as drivers and parsers are. */
public interface Extension {

}
