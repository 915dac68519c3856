package io.genserver.packaged;

/** The only one. */
public class FirstExtension implements Extension {

}
