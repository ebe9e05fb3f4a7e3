#!/usr/bin/env node
import '../dist/bundle/mcpgw-controller.js';
