/** What tests of several packages share. */
package io.genserver.testsupport;
